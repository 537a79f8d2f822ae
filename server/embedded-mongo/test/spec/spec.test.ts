import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectedFailures } from './expected-failures.ts';
import { readSpecFiles, specFolder } from './spec-files.ts';
import { judge, nameOf, type SpecServer, startSpecServer } from './spec-server.ts';

const folder = specFolder();
const files = readSpecFiles(folder);

describe.skipIf(files.length > 0)('the public specification', () => {
  it('has its test files here', (ctx) => ctx.skip(`no test files in ${folder} (set MONGODB_SPEC_DIR)`));
});

describe.runIf(files.length > 0)('the public specification', () => {
  let server: SpecServer;

  beforeAll(async () => {
    server = await startSpecServer();
  });

  afterAll(() => server?.[Symbol.asyncDispose]());

  describe.each(files)('$path', (file) => {
    it.for(file.tests.map((test) => ({ test, description: test.description })))(
      '$description',
      async ({ test }, ctx) => {
        const verdict = await judge(file, test, server);
        if (verdict.kind === 'skipped') ctx.skip(verdict.reason);
        if (verdict.kind === 'failed') throw verdict.error;
      },
    );
  });

  it('has every case that is expected to fail, where its file is here', () => {
    const known = new Set(files.flatMap((file) => file.tests.map((test) => nameOf(file, test))));
    const fileNames = new Set([...known].map((name) => name.split(': ')[0]));
    const listed = Object.keys(expectedFailures).filter((name) => fileNames.has(name.split(': ')[0]));
    expect(listed.filter((name) => !known.has(name))).toEqual([]);
  });
});
