import { mkdir, open, rm, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { ByteRange, FileStorage } from './storage.ts';

/** Read at once: fewer turns of the event loop for each download, and little memory for many. */
const pieceBytes = 256 * 1024;

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
      await file.truncate(offset);
      let end = offset;
      // Each write is over before the file is closed, also when the bytes break off: a stream would not wait for its last one.
      for await (const chunk of bytes) end = await writeAt(file, chunk, end);
      await file.datasync();
      return end;
    } finally {
      await file.close();
    }
  }

  async read(key: string, range?: ByteRange): Promise<Readable> {
    const file = await open(this.#pathOf(key), 'r');
    return file.createReadStream({ ...range, highWaterMark: pieceBytes });
  }

  async remove(key: string): Promise<void> {
    await rm(this.#pathOf(key), { force: true });
  }

  /** A folder of some thousand entries is found quickly everywhere, one of a million is not. */
  #pathOf(key: string): string {
    return join(this.#folder, key.slice(-2), key);
  }
}

/** Answers where it ends. */
async function writeAt(file: FileHandle, bytes: Buffer, start: number): Promise<number> {
  for (let written = 0; written < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, written, bytes.length - written, start + written);
    written += bytesWritten;
  }
  return start + bytes.length;
}

function orMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}
