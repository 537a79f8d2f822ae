import { setImmediate } from 'node:timers/promises';
import { readOptions, usage } from './chat/options.ts';
import { printable } from './chat/printable.ts';
import { runChat } from './chat/run-chat.ts';

try {
  const options = readOptions(process.argv.slice(2));
  if (options) await runChat(options);
  else console.log(usage);
  // A client that is closed writes what it keeps in this turn.
  await setImmediate();
  process.exit(0);
} catch (error) {
  console.error(`! ${printable(error instanceof Error ? error.message : String(error))}`);
  process.exit(1);
}
