import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
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
