/**
 * Throws 10,000 hostile payloads (or as many as the first argument says) at a server of its own and prints what came
 * of it: `node --conditions=source --import tsx server/src/testing/legacy/fuzz/report.ts [count] [seed]`.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DevTokenOutputSchema } from '@whisper/shared';
import { startEmbeddedMongo } from '@whisper/embedded-mongo';
import { readEnv } from '../../../platform/env.ts';
import { startServer } from '../../../server.ts';
import { toWatchedUri, withstand } from './withstand.ts';

const [count = 10_000, seed = Date.now() % 1_000_000] = process.argv.slice(2).map(Number);
const dataDir = await mkdtemp(join(tmpdir(), 'whisper-fuzz-'));
const store = await startEmbeddedMongo({ dataDir, isDurable: false });
const env = readEnv({
  PORT: '0',
  HOST: '127.0.0.1',
  DATA_DIR: dataDir,
  MONGODB_URI: toWatchedUri(store.uri, 'fuzz'),
  RATE_LIMITS: 'off',
  LOG_LEVEL: 'error',
});
let rejections = 0;
process.on('unhandledRejection', () => (rejections += 1));
const server = await startServer({ env });
const startedAt = Date.now();
const { sent, statuses, commands } = await withstand({
  server,
  tokenFor,
  count,
  seed,
});
await server.close();
await store.close();
await rm(dataDir, { recursive: true, force: true });
const figures = {
  seed,
  sent,
  statuses: Object.fromEntries(statuses),
  commands,
  rejections,
  ms: Date.now() - startedAt,
};
process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
if (rejections > 0) process.exitCode = 1;

async function tokenFor(user: string): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ user });
  const response = await fetch(`${server.url}/dev/token`, { method: 'POST', headers, body });
  return DevTokenOutputSchema.parse(await response.json()).token;
}
