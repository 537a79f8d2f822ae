import { spawnSync } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const hasCompose = spawnSync('docker-compose', ['version']).status === 0;
const read = (file: string) => readFile(join(root, file), 'utf8');

it('an image installs for every package of the workspace, and both images do the same', async () => {
  const { workspaceFolders } = await import(pathToFileURL(join(root, 'scripts/pack.mjs')).href);
  const folders: readonly string[] = workspaceFolders();
  const [node, bun] = await Promise.all([read('Dockerfile'), read('Dockerfile.bun')]);
  const copied = [...node.matchAll(/^COPY (\S+)\/package\.json /gm)].map(([, folder = '']) => folder);

  expect(copied.toSorted()).toEqual(folders.map((folder) => relative(root, folder)).toSorted());
  const buildOf = (text: string) => text.slice(text.indexOf('FROM'), text.indexOf('\nFROM'));
  expect(buildOf(bun)).toBe(buildOf(node));
});

it.skipIf(!hasCompose)(
  'docker-compose accepts compose.yaml: two nodes of one image, over a database and Redis that are ready',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'whisper-compose-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    await copyFile(join(root, 'compose.yaml'), join(folder, 'compose.yaml'));
    await writeFile(
      join(folder, '.env'),
      'CLERK_SECRET_KEY=sk_test_1\nVITE_CLERK_PUBLISHABLE_KEY=pk_test_1\n',
    );
    const { status, stdout, stderr } = spawnSync('docker-compose', ['config'], {
      cwd: folder,
      encoding: 'utf8',
    });

    expect(stderr).toBe('');
    expect(status).toBe(0);
    const node = (number: number) =>
      new RegExp(`^ {2}node-${number}:\\n((?: {4}.*\\n)+)`, 'm').exec(stdout)?.[1];
    expect(node(1)).toContain('CLERK_SECRET_KEY: sk_test_1');
    expect(node(1)).toContain('VITE_CLERK_PUBLISHABLE_KEY: pk_test_1');
    expect(node(1)?.match(/condition: service_healthy/g)).toHaveLength(2);
    expect(node(2)).toBe(node(1));
  },
);
