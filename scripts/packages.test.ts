import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

type Manifest = {
  readonly name: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, Readonly<Record<string, string>>>>;
};
type Published = { readonly folder: string; readonly manifest: Manifest };

const root = fileURLToPath(new URL('..', import.meta.url));
const run = promisify(execFile);
const typescript = join(root, 'node_modules/typescript/bin/tsc');

/** An application outside the workspace, as an install of the packages leaves it. */
let outside: string;
let manifests: readonly Manifest[];

beforeAll(async () => {
  await run(process.execPath, [typescript, '-b'], { cwd: root });
  outside = await mkdtemp(join(tmpdir(), 'whisper-outside-'));
  const modules = join(outside, 'node_modules');
  const { stagePackages, publishedPackages } = await import(
    pathToFileURL(join(root, 'scripts/pack.mjs')).href
  );
  const staged: readonly string[] = stagePackages(modules);
  manifests = await Promise.all(
    staged.map(async (folder) => JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))),
  );
  for (const { folder, manifest } of publishedPackages() as readonly Published[]) {
    const found = manifests.find(({ name }) => name === manifest.name);
    await linkDependencies(Object.keys(found?.dependencies ?? {}), { from: folder, to: modules });
  }
  for (const file of ['check.ts', 'check-schemas.ts', 'browser.ts'])
    await cp(join(root, 'scripts/outside', file), join(outside, file));
}, 90_000);

afterAll(() => rm(outside, { recursive: true, force: true }));

async function linkDependencies(names: readonly string[], { from, to }: { from: string; to: string }) {
  for (const name of names.filter((each) => !each.startsWith('@whisper/'))) {
    const target = join(to, name);
    await mkdir(dirname(target), { recursive: true });
    const linked = await readdir(dirname(target));
    if (!linked.includes(basename(name))) await symlink(join(from, 'node_modules', name), target, 'junction');
  }
}

/** What the compiler says of files of the application. */
async function compile(files: object, ...options: readonly string[]): Promise<string> {
  const compilerOptions = {
    target: 'ES2022',
    module: 'NodeNext',
    types: [],
    strict: true,
    declaration: true,
    outDir: 'out',
  };
  await writeFile(join(outside, 'tsconfig.json'), JSON.stringify({ compilerOptions, ...files }));
  const args = [typescript, '-p', outside, ...options];
  return run(process.execPath, args).then(
    ({ stdout }) => stdout,
    ({ stdout }) => stdout,
  );
}

describe('the packages', () => {
  it('bring what they import, in ranges, and nothing of the workspace', () => {
    expect(manifests.map(({ name }) => name)).toContain('@whisper/client');
    for (const manifest of manifests) {
      expect(manifest).not.toHaveProperty('private');
      expect(manifest).not.toHaveProperty('devDependencies');
      expect(Object.values(manifest.dependencies).join(' ')).not.toMatch(/workspace|catalog/);
      expect(JSON.stringify(manifest.exports)).not.toContain('source');
    }
  });

  it('hold the server’s types without the server’s dependencies', () => {
    const types = manifests.find(({ name }) => name === '@whisper/server');
    expect(Object.keys(types?.dependencies ?? {})).toEqual(['@trpc/server', '@whisper/shared']);
    expect(types?.exports).toEqual({ '.': { types: './dist/index.d.ts' } });
  });

  it('let a client compile without @types or skipLibCheck, and refuse its wrong calls', async () => {
    expect(await compile({ include: ['*.ts'] })).toBe('');
  });

  it('bring a client none of zod’s types, which take a compiler longer than all the others', async () => {
    const listed = await compile({ files: ['check.ts'] }, '--listFilesOnly');
    expect(listed).toMatch(/@whisper\/shared\/dist\/messages\.d\.ts/);
    expect(listed).not.toMatch(/\/zod\//);
  });

  it('load in Node as they are built, and say where a WebSocket comes from', async () => {
    const program = `
      import { createWhisperClient } from '@whisper/client';
      import { startEmbeddedMongo } from '@whisper/embedded-mongo';
      import '@whisper/client/node'; import '@whisper/trpc-socket'; import '@whisper/shared/legacy';
      delete globalThis.WebSocket;
      try { createWhisperClient({ url: 'http://127.0.0.1:1', getToken: async () => null }); }
      catch ({ message }) { console.log(message, typeof startEmbeddedMongo); }`;
    await writeFile(join(outside, 'load.mjs'), program);
    const { stdout } = await run(process.execPath, [join(outside, 'load.mjs')]);
    expect(stdout).toMatch(/no WebSocket\. In Node .* @whisper\/client\/node.* function/);
  });
});
