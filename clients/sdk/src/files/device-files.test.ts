import 'fake-indexeddb/auto';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { memoryFiles, type DeviceFiles } from './device-files.ts';
import { folderFiles } from './folder-files.ts';
import { indexedDbFiles } from './indexed-db-files.ts';

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'whisper-files-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

describe.each<[string, () => () => DeviceFiles]>([
  [
    'in memory',
    () =>
      (
        (files) => () =>
          files
      )(memoryFiles()),
  ],
  [
    'in a folder',
    () =>
      (
        (folder) => () =>
          folderFiles(folder)
      )(makeFolder()),
  ],
  [
    'in IndexedDB',
    () =>
      (
        (name) => () =>
          indexedDbFiles(name)
      )(crypto.randomUUID()),
  ],
])('files kept %s', (_, open) => {
  it('are there again for the next process, and gone when they are removed', async () => {
    const reopen = open();
    const startedAt = Date.now() - 1_000;
    await reopen().put('a-1', new Blob(['one']));
    await reopen().put('a-2', new Blob(['two']));
    await reopen().put('a-2', new Blob(['other']));

    expect(await (await reopen().get('a-2'))?.text()).toBe('other');
    expect(await reopen().get('a-3')).toBeUndefined();
    const listed = await reopen().list();
    expect(listed.map(({ key }) => key).sort()).toEqual(['a-1', 'a-2']);
    expect(Math.min(...listed.map(({ at }) => at))).toBeGreaterThan(startedAt);

    await reopen().remove('a-1');
    await reopen().remove('a-1');
    expect((await reopen().list()).map(({ key }) => key)).toEqual(['a-2']);
  });
});

it('removes what a killed process had begun to write, and lets no key lead out of the folder', async () => {
  const folder = makeFolder();
  writeFileSync(join(folder, 'a-1.4711.new'), 'ha');

  const files = folderFiles(folder);
  expect(await files.get('a-1')).toBeUndefined();
  for (const { key } of await files.list()) await files.remove(key);
  await expect(files.remove('../x')).rejects.toThrow('This cannot be a key');
  expect(readdirSync(folder)).toEqual([]);
});
