import { readOptions, usage } from './chat/options.ts';
import { runChat } from './chat/run-chat.ts';

try {
  const options = readOptions(process.argv.slice(2));
  if (options) await runChat(options);
  else console.log(usage);
  process.exit(0);
} catch (error) {
  console.error(`! ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}
