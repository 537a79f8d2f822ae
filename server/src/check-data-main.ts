// `npm run check-data`: whether what is stored is as it must be. The embedded store is checked while no server runs on it.
import { loadEnvFile, readEnv } from './platform/env.ts';
import { openStore } from './platform/store.ts';
import { checkAndSay } from './restore.ts';

try {
  loadEnvFile();
  const store = await openStore(readEnv());
  try {
    const isWhole = await checkAndSay(store.uri, (text) => void process.stdout.write(text));
    process.exitCode = isWhole ? 0 : 1;
  } finally {
    await store.close();
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
