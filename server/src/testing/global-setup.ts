import { startEmbeddedMongo } from '@whisper/embedded-mongo';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { bundlePrograms } from './programs.ts';
import './provided-context.ts';
import { findRedisServer, RedisServer } from '../nodes/redis-server.ts';

/**
 * One store for the whole run, each test server in a database of its own. With TEST_MONGODB_URI the same tests
 * run on that MongoDB instead. One Redis, too, where the machine has a redis-server.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dir = await mkdtemp(join(tmpdir(), 'whisper-test-'));
  const external = process.env['TEST_MONGODB_URI'];
  const [store, programs] = await Promise.all([
    external ? undefined : startEmbeddedMongo({ dataDir: dir, isDurable: false }),
    bundlePrograms(),
  ]);
  project.provide('mongoUri', external ?? store?.uri ?? '');
  const redis = await startRedis();
  project.provide('redisUrl', redis?.url ?? '');
  project.provide('identityDir', dir);
  return async () => {
    await programs[Symbol.asyncDispose]();
    await store?.close();
    await redis?.[Symbol.asyncDispose]();
    await rm(dir, { recursive: true, force: true });
  };
}

/** Suites that need it are skipped without it; REQUIRE_REDIS, as in CI, makes that a failure. */
async function startRedis(): Promise<RedisServer | undefined> {
  if (findRedisServer()) return RedisServer.start();
  const problem = 'There is no redis-server on this machine, so the suites that need one are skipped';
  if (process.env['REQUIRE_REDIS']) throw new Error(`REQUIRE_REDIS is set. ${problem}.`);
  process.stderr.write(`${problem}.\n`);
  return undefined;
}
