import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { keyPrefix, type DeviceStorage } from './device-storage.ts';

/**
 * Keeps each item in a file of its own under `folder`, readable by its owner only. An item is on disk when `setItem`
 * returns, whole or not at all: a process that is killed leaves the one before.
 */
export function fileStorage(folder: string): DeviceStorage {
  const pathOf = (key: string) => `${join(folder, ...partsOf(key))}.json`;
  return {
    getAllKeys: () => [...new Set(listFiles(folder).flatMap((path) => toKey(relative(folder, path))))],
    getItem: (key) => readText(pathOf(key)),
    setItem(key, text) {
      const path = pathOf(key);
      // Two processes may write the same item at once.
      const draft = `${path}.${process.pid}.new`;
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      writeFileSync(draft, text, { mode: 0o600, flush: true });
      renameSync(draft, path);
    },
    removeItem(key) {
      const path = pathOf(key);
      // With it goes what a killed process had begun to write.
      const drafts = listFiles(dirname(path)).filter((each) =>
        basename(each).startsWith(`${basename(path)}.`),
      );
      for (const each of [path, ...drafts]) rmSync(each, { force: true });
    },
  };
}

/** The folder stands for the prefix. Nothing else may name a file, so that no key leads out of it. */
function partsOf(key: string): string[] {
  const parts = key.slice(keyPrefix.length).split(':');
  if (key.startsWith(keyPrefix) && parts.every((part) => /^[\w-]+$/.test(part))) return parts;
  throw new Error(`This cannot be a key: ${key}`);
}

/** Also of an item that was only begun, so that it can be removed; it reads as none. */
function toKey(path: string): string[] {
  const name = /^(.*)\.json(?:\.\d+\.new)?$/.exec(path)?.[1];
  return name === undefined ? [] : [keyPrefix + name.split(sep).join(':')];
}

function listFiles(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name));
  } catch {
    return [];
  }
}

/** Null when it is missing, or another process removed it meanwhile. */
function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
