import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { UserId } from '@whisper/shared';
import type { OutboxStorage } from './outbox-storage.ts';
import { parseEntry } from './stored-entry.ts';

/**
 * Keeps each entry in a file of its own under `folder`, readable by its owner only. An entry is on disk when
 * `put` returns, whole or not at all.
 */
export function fileStorage(folder: string): OutboxStorage {
  const folderOf = (userId: UserId) => join(folder, userId);
  const pathOf = (userId: UserId, name: string) => join(folderOf(userId), `${name}.json`);
  return {
    list(userId) {
      return readNames(folderOf(userId))
        .filter((name) => name.endsWith('.json'))
        .map((name) => parseEntry(readText(join(folderOf(userId), name))))
        .filter((entry) => entry !== undefined);
    },
    put(userId, entry) {
      mkdirSync(folderOf(userId), { recursive: true, mode: 0o700 });
      const path = pathOf(userId, entry.clientId);
      writeFileSync(`${path}.new`, JSON.stringify(entry), { mode: 0o600, flush: true });
      renameSync(`${path}.new`, path);
    },
    remove: (userId, clientId) => rmSync(pathOf(userId, clientId), { force: true }),
  };
}

function readNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Empty when another process removed it meanwhile. */
function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
