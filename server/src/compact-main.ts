// `npm run compact`: writes the embedded store's file anew, without what was deleted from it. No server may run on it.
import { compactStore } from './platform/compaction.ts';
import { loadEnvFile, readEnv } from './platform/env.ts';

try {
  loadEnvFile();
  const env = readEnv();
  if (env.MONGODB_URI !== undefined)
    throw new Error('The store is a MongoDB: its command `compact` does this');
  const { before, after } = await compactStore(env);
  process.stdout.write(`The store had ${before} bytes and has ${after}.\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
