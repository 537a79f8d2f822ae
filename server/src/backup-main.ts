// `npm run backup -- DIRECTORY`
import { backUpAll } from './backup.ts';
import { loadEnvFile } from './platform/env.ts';

try {
  loadEnvFile();
  const write = (text: string) => void process.stdout.write(text);
  process.exitCode = await backUpAll(process.argv.slice(2), write);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
