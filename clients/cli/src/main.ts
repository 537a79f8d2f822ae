import { readOptions, usage } from './chat/options.ts';
import { printable } from './chat/printable.ts';
import { runChat } from './chat/run-chat.ts';

try {
  const options = readOptions(process.argv.slice(2));
  if (options) await runChat(options);
  else console.log(usage);
  process.exit(0);
} catch (error) {
  console.error(`! ${printable(error instanceof Error ? error.message : String(error))}`);
  process.exit(1);
}
