// `npm run freeze -- 0.2.0` writes down what clients of that release rely on. See CONTRIBUTING.md.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnv } from '../../src/platform/env.ts';
import { startServer } from '../../src/server.ts';
import { describeContract } from './describe-contract.ts';

const [release] = process.argv.slice(2);
if (!release || !/^\d+\.\d+\.\d+$/.test(release)) throw new TypeError('Usage: npm run freeze -- 0.2.0');

const DATA_DIR = await mkdtemp(join(tmpdir(), 'whisper-freeze-'));
const server = await startServer({ env: readEnv({ PORT: '0', DATA_DIR, LOG_LEVEL: 'silent' }) });
const contract = describeContract(server.router);
await server.close();
await rm(DATA_DIR, { recursive: true });
await writeFile(
  new URL(`releases/${release}.json`, import.meta.url),
  `${JSON.stringify(contract, null, 1)}\n`,
);
