import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { type EmbeddedMongo, startEmbeddedMongo } from '../../src/index.ts';
import { Unsupported } from './entities.ts';
import { expectedFailures } from './expected-failures.ts';
import { appliesTo, type ServerInfo } from './run-on-requirements.ts';
import { runCase } from './run-case.ts';
import { type Json, readSpecFiles, type SpecCase, type SpecFile, specFolder } from './spec-files.ts';

const folder = specFolder();
const files = readSpecFiles(folder);

describe.skipIf(files.length > 0)('the public specification', () => {
  it('has its test files here', (ctx) => ctx.skip(`no test files in ${folder} (set MONGODB_SPEC_DIR)`));
});

describe.runIf(files.length > 0)('the public specification', () => {
  let dataDir: string;
  let server: EmbeddedMongo;
  let internal: MongoClient;
  let info: ServerInfo;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'embedded-mongo-spec-'));
    server = await startEmbeddedMongo({ dataDir, isDurable: false });
    internal = await new MongoClient(server.uri).connect();
    info = await readServerInfo(internal);
  });

  afterAll(async () => {
    await internal?.close();
    await server?.close();
    if (dataDir) await rm(dataDir, { recursive: true, force: true });
  });

  describe.each(files)('$path', (file) => {
    it.for(file.tests.map((test) => ({ test, description: test.description })))(
      '$description',
      async ({ test }, ctx) => {
        skipUnlessMeant(ctx, info, { file, test });
        const failure = await failureOf(ctx, () => runCase(file, test, { uri: server.uri, internal }));
        const reason = expectedFailures[`${file.path}: ${test.description}`];
        if (reason === undefined && failure) throw failure;
        if (reason !== undefined)
          expect(failure, `passes now, take it off the list: ${reason}`).toBeDefined();
      },
    );
  });

  it('has no case on the list of expected failures that does not exist', () => {
    const known = new Set(
      files.flatMap((file) => file.tests.map((test) => `${file.path}: ${test.description}`)),
    );
    const folders = new Set(files.map((file) => file.path.split('/')[0]));
    const unknown = Object.keys(expectedFailures).filter(
      (name) => folders.has(name.split('/')[0]) && !known.has(name),
    );
    expect(unknown).toEqual([]);
  });
});

function skipUnlessMeant(
  ctx: TestContext,
  info: ServerInfo,
  { file, test }: { file: SpecFile; test: SpecCase },
): void {
  if (!appliesTo(info, file.runOnRequirements) || !appliesTo(info, test.runOnRequirements)) {
    ctx.skip('meant for another version or topology');
  }
  if (test.skipReason !== undefined) ctx.skip(test.skipReason);
}

async function failureOf(ctx: TestContext, run: () => Promise<void>): Promise<unknown> {
  try {
    await run();
    return undefined;
  } catch (error) {
    if (error instanceof Unsupported) ctx.skip(`the runner has no ${error.message}`);
    return error;
  }
}

async function readServerInfo(client: MongoClient): Promise<ServerInfo> {
  const admin = client.db('admin');
  const { version } = await admin.command({ buildInfo: 1 });
  const parameters = await admin.command({ getParameter: '*' });
  return { version: String(version), parameters: parameters as Json };
}
