// `npm run move-in -- --from mongodb://… [--dry-run]`
import { moveIn } from './move-in.ts';

try {
  process.exitCode = await moveIn(process.argv.slice(2), (text) => void process.stdout.write(text));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
