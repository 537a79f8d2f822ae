// `npm run restore -- DIRECTORY`
import { restoreAll } from './restore.ts';
import { loadEnvFile } from './platform/env.ts';

try {
  loadEnvFile();
  const write = (text: string) => void process.stdout.write(text);
  process.exitCode = await restoreAll(process.argv.slice(2), write);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
