import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';

/** Stands in for npx on the PATH: notes each install, and fails when the lockfile says so. */
const fakeNpx = `#!/usr/bin/env node
const { appendFileSync, readFileSync } = require('node:fs');
appendFileSync('installs.log', process.argv.slice(2).join(' ') + '\\n');
process.exit(readFileSync('pnpm-lock.yaml', 'utf8') === 'broken' ? 9 : 0);
`;

async function makeClone(options: { node?: string; lockfile?: string } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'whisper-bootstrap-'));
  const manifest = {
    engines: { node: options.node ?? '>=20.19' },
    devEngines: { packageManager: { version: '1.2.3' } },
  };
  await mkdir(join(folder, 'bin'));
  await cp(join(import.meta.dirname, 'bootstrap.mjs'), join(folder, 'scripts/bootstrap.mjs'));
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  await writeFile(join(folder, 'pnpm-lock.yaml'), options.lockfile ?? 'first');
  await writeFile(join(folder, 'bin/npx'), fakeNpx);
  await chmod(join(folder, 'bin/npx'), 0o755);
  return {
    folder,
    installs: async () => (await readFile(join(folder, 'installs.log'), 'utf8')).trim().split('\n'),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

function bootstrap(folder: string): Promise<{ code: number; stderr: string }> {
  const env = { ...process.env, PATH: [join(folder, 'bin'), process.env.PATH].join(delimiter) };
  return new Promise((resolve) => {
    execFile(process.execPath, ['scripts/bootstrap.mjs'], { cwd: folder, env }, (error, _, stderr) => {
      resolve({ code: Number(error?.code ?? 0), stderr });
    });
  });
}

describe.skipIf(process.platform === 'win32')('the bootstrap script', () => {
  it('installs the pinned pnpm’s frozen lockfile once for runs that start together', async () => {
    await using clone = await makeClone();
    const runs = await Promise.all([1, 2, 3].map(() => bootstrap(clone.folder)));
    expect(runs.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(await clone.installs()).toEqual(['--yes pnpm@1.2.3 install --frozen-lockfile']);
  });

  it('installs again only when the lockfile changed', async () => {
    await using clone = await makeClone();
    await bootstrap(clone.folder);
    await bootstrap(clone.folder);
    expect(await clone.installs()).toHaveLength(1);
    await writeFile(join(clone.folder, 'pnpm-lock.yaml'), 'second');
    await bootstrap(clone.folder);
    expect(await clone.installs()).toHaveLength(2);
  });

  it('ends with the installer’s exit code, and tries again the next time', async () => {
    await using clone = await makeClone({ lockfile: 'broken' });
    expect((await bootstrap(clone.folder)).code).toBe(9);
    await writeFile(join(clone.folder, 'pnpm-lock.yaml'), 'first');
    expect((await bootstrap(clone.folder)).code).toBe(0);
    expect(await clone.installs()).toHaveLength(2);
  });

  it('takes over the lock of a run that was killed', async () => {
    await using clone = await makeClone();
    const lock = join(clone.folder, '.install.lock');
    await writeFile(lock, '');
    await utimes(lock, 0, 0);
    expect((await bootstrap(clone.folder)).code).toBe(0);
    await expect(readFile(lock)).rejects.toThrow('ENOENT');
  });

  it('says which Node it needs when this one is too old', async () => {
    await using clone = await makeClone({ node: '>=99.1' });
    const { code, stderr } = await bootstrap(clone.folder);
    expect(code).toBe(1);
    expect(stderr).toBe(`Whisper needs Node 99.1 or newer; this is Node ${process.versions.node}.\n`);
  });
});

describe('the workspace', () => {
  const root = join(import.meta.dirname, '..');

  it('has decided about the agent skills of every package it names, so that an install asks nothing', async () => {
    const lockfile = await readFile(join(root, 'pnpm-lock.yaml'), 'utf8');
    const importers = /^importers:\n(.*?)^packages:/ms.exec(lockfile)?.[1] ?? '';
    const folders = [...importers.matchAll(/^ {2}(\S+):$/gm)].map(([, folder = '']) => folder);
    const shipped = await Promise.all(folders.map((folder) => packagesWithSkills(join(root, folder))));
    const settings = await readFile(join(root, 'pnpm-workspace.yaml'), 'utf8');
    const decided = [...settings.matchAll(/^ {2}'(.+)': \{ skills: false \}$/gm)].map(([, name]) => name);
    expect(folders.length).toBeGreaterThan(5);
    expect([...new Set(shipped.flat())].toSorted()).toEqual(decided);
  });
});

async function packagesWithSkills(folder: string): Promise<string[]> {
  const manifest: Record<string, Record<string, string>> = JSON.parse(
    await readFile(join(folder, 'package.json'), 'utf8'),
  );
  const names = Object.keys({ ...manifest['dependencies'], ...manifest['devDependencies'] });
  return names.filter((name) => existsSync(join(folder, 'node_modules', name, 'skills')));
}
