import { createWriteStream } from 'node:fs';
import { mkdir, open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ByteRange, FileStorage } from './storage.ts';

/** Files in a folder, which several processes share as one. */
export class FolderStorage implements FileStorage {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async sizeOf(key: string): Promise<number> {
    const found = await stat(this.#pathOf(key)).catch(orMissing);
    return found?.size ?? 0;
  }

  async append(key: string, offset: number, bytes: Readable): Promise<number> {
    const path = this.#pathOf(key);
    await mkdir(join(path, '..'), { recursive: true });
    const file = await open(path, offset === 0 ? 'w' : 'r+');
    try {
      // A stream of the handle itself would never let the handle be closed.
      await pipeline(bytes, createWriteStream(path, { fd: file.fd, start: offset, autoClose: false }));
      await file.datasync();
      return (await file.stat()).size;
    } finally {
      await file.close();
    }
  }

  async read(key: string, range?: ByteRange): Promise<Readable> {
    const file = await open(this.#pathOf(key), 'r');
    return file.createReadStream(range);
  }

  async remove(key: string): Promise<void> {
    await rm(this.#pathOf(key), { force: true });
  }

  /** A folder of some thousand entries is found quickly everywhere, one of a million is not. */
  #pathOf(key: string): string {
    return join(this.#folder, key.slice(-2), key);
  }
}

function orMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}
