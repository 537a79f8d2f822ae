import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';

/** Stands in for Vite: notes each build, makes a page of the source, and fails when the source says so. */
const fakeVite = `
const { appendFileSync, mkdirSync, readFileSync, writeFileSync } = require('node:fs');
const outDir = process.argv[process.argv.indexOf('--outDir') + 1];
appendFileSync('builds.log', 'built\\n');
const source = readFileSync('src/main.ts', 'utf8');
if (source === 'broken') process.exit(7);
mkdirSync(outDir, { recursive: true });
writeFileSync(outDir + '/index.html', source);
`;

async function makeWorkspace() {
  const folder = await mkdtemp(join(tmpdir(), 'whisper-bundle-'));
  const write = async (path: string, text: string) => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  };
  await cp(join(import.meta.dirname, 'bundle.mjs'), join(folder, 'scripts/bundle.mjs'));
  await write('clients/app/vite.config.ts', '');
  await write('clients/app/src/main.ts', 'first');
  await write('clients/app/node_modules/vite/bin/vite.js', fakeVite);
  await write('clients/cli/src/main.ts', 'no page');
  await write('shared/src/index.ts', 'shared');
  return {
    write,
    page: () => readFile(join(folder, 'clients/app/dist/index.html'), 'utf8'),
    buildCount: async () =>
      (await readFile(join(folder, 'clients/app/builds.log'), 'utf8')).split('\n').length - 1,
    bundle: (env: Record<string, string> = {}, ...args: string[]) =>
      new Promise<number>((resolve) => {
        const options = { env: { ...process.env, ...env } };
        execFile(process.execPath, [join(folder, 'scripts/bundle.mjs'), ...args], options, (error) =>
          resolve(Number(error?.code ?? 0)),
        );
      }),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

it('builds a client once, and again when its sources, the shared ones or its settings changed', async () => {
  await using workspace = await makeWorkspace();

  await workspace.bundle();
  await workspace.bundle();
  expect(await workspace.buildCount()).toBe(1);

  await workspace.write('clients/app/src/main.ts', 'second');
  await workspace.bundle();
  expect(await workspace.page()).toBe('second');

  await workspace.write('shared/src/index.ts', 'changed');
  await workspace.bundle();
  await workspace.bundle({ VITE_KEY: 'x' });
  expect(await workspace.buildCount()).toBe(4);
});

it('keeps the old bundle when the new one fails, and tries again the next time', async () => {
  await using workspace = await makeWorkspace();
  await workspace.bundle();

  await workspace.write('clients/app/src/main.ts', 'broken');

  expect(await workspace.bundle()).toBe(7);
  expect(await workspace.page()).toBe('first');
  expect(await workspace.bundle()).toBe(7);
});

it('leaves a bundle its settings at a start that sets none, and takes them back with a build', async () => {
  await using workspace = await makeWorkspace();
  await workspace.bundle({ VITE_KEY: 'x' });

  await workspace.bundle({}, '--keep');
  expect(await workspace.buildCount()).toBe(1);
  await workspace.bundle({ VITE_KEY: 'y' }, '--keep');
  await workspace.bundle();
  expect(await workspace.buildCount()).toBe(3);
});
