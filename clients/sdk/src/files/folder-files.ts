import { createWriteStream, openAsBlob } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { DeviceFiles } from './device-files.ts';

/** Keeps files in a folder, readable by its owner only, whole or not at all. Memory does not grow with them. */
export function folderFiles(folder: string): DeviceFiles {
  const pathOf = (key: string) => {
    if (/^[\w-]+$/.test(key)) return join(folder, key);
    throw new Error(`This cannot be a key: ${key}`);
  };
  return {
    async list() {
      const names = await readdir(folder).catch(() => []);
      // Also of a file that was only begun, so that it can be removed; it reads as none.
      const keys = [...new Set(names.map((name) => name.replace(/\.\d+\.new$/, '')))];
      return Promise.all(keys.map(async (key) => ({ key, at: await changedAt(pathOf(key)) })));
    },
    async get(key) {
      const path = pathOf(key);
      return (await changedAt(path)) === 0 ? undefined : openAsBlob(path);
    },
    async put(key, bytes) {
      const path = pathOf(key);
      const draft = `${path}.${process.pid}.new`;
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await pipeline(bytes.stream(), createWriteStream(draft, { mode: 0o600, flush: true }));
      await rename(draft, path);
    },
    async remove(key) {
      const path = pathOf(key);
      // With it goes what a killed process had begun to write.
      const names = (await readdir(folder).catch(() => [])).filter((name) => name.startsWith(`${key}.`));
      for (const each of [path, ...names.map((name) => join(folder, name))]) await rm(each, { force: true });
    },
  };
}

/** 0 when there is no such file. */
async function changedAt(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  return found?.mtimeMs ?? 0;
}
