import { startEmbeddedMongo } from '@whisper/embedded-mongo';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { bundlePrograms } from './programs.ts';
import './provided-context.ts';

/**
 * One store for the whole run, each test server in a database of its own. With TEST_MONGODB_URI the same tests
 * run on that MongoDB instead.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dir = await mkdtemp(join(tmpdir(), 'whisper-test-'));
  const external = process.env['TEST_MONGODB_URI'];
  const [store, programs] = await Promise.all([
    external ? undefined : startEmbeddedMongo({ dataDir: dir, isDurable: false }),
    bundlePrograms(),
  ]);
  project.provide('mongoUri', external ?? store?.uri ?? '');
  project.provide('identityDir', dir);
  return async () => {
    await programs[Symbol.asyncDispose]();
    await store?.close();
    await rm(dir, { recursive: true, force: true });
  };
}
