import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { refusal, run } from './run-process.ts';

it('proposes commands that reach it where it is', async () => {
  const { ready, output } = await run();
  const url = await ready();
  for (const name of ['alice', 'bob']) {
    expect(output()).toContain(`npm run chat -- --as ${name} --url "${url}"`);
  }
});

describe('a process that cannot start', () => {
  it('says that .env cannot be read, and what is wrong in one that can', async () => {
    const unreadable = await refusal({}, (cwd) => mkdir(join(cwd, '.env')));
    const wrong = await refusal({}, (cwd) => writeFile(join(cwd, '.env'), 'LOG_LEVEL=loud\nNODE_ENV=moon\n'));

    expect(unreadable).toContain('.env');
    expect(wrong).toMatch(/LOG_LEVEL[\s\S]*NODE_ENV|NODE_ENV[\s\S]*LOG_LEVEL/);
  });

  it('names the setting that is at fault when its value is of the right shape and no use', async () => {
    const said = await Promise.all([
      refusal({ MONGODB_URI: 'mongodb://127.0.0.1:9/none?nothing=1' }),
      refusal({ HOST: '203.0.113.1' }),
      refusal({ CLERK_SECRET_KEY: 'sk_test_0' }),
      refusal({}, (cwd) => writeFile(join(cwd, '.env'), Buffer.from('\ufeffPORT=0', 'utf16le'))),
      refusal({ DATA_DIR: '/dev/null/data' }),
    ]);
    expect(said[0]).toContain('MONGODB_URI: ');
    expect(said[1]).toMatch(/203\.0\.113\.1.*set HOST/);
    expect(said[2]).toContain('CLERK_AUTHORIZED_PARTIES: is required in production');
    expect(said[3]).toContain('UTF-16');
    expect(said[4]).toContain('DATA_DIR: ');
  });

  it('says that its database cannot be reached', async () => {
    expect(await refusal({ MONGODB_URI: 'mongodb://127.0.0.1:9/none' })).toContain('127.0.0.1:9');
  });
});
