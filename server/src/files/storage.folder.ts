import { mkdir, open, rm, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { ByteRange, FileStorage } from './storage.ts';

/** Read at once: fewer turns of the event loop, and little memory for many downloads. */
const pieceBytes = 512 * 1024;

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

  /** One buffer for all of it: to make a new one for each piece, and to miss the processor's cache, costs as much again. */
  async send(key: string, { start, end }: ByteRange, to: Writable): Promise<void> {
    await using file = await open(this.#pathOf(key), 'r');
    const buffer = Buffer.allocUnsafeSlow(Math.min(pieceBytes, end - start + 1));
    for (let at = start; at <= end; ) {
      const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, end - at + 1), at);
      if (bytesRead === 0) throw new Error(`There is not as much under ${key}`);
      await write(to, buffer.subarray(0, bytesRead));
      at += bytesRead;
    }
    to.end();
    await finished(to);
  }

  async remove(key: string): Promise<void> {
    await rm(this.#pathOf(key), { force: true });
  }

  /** A folder of some thousand entries is found quickly everywhere, one of a million is not. */
  #pathOf(key: string): string {
    return join(this.#folder, key.slice(-2), key);
  }
}

/** Resolves when nobody needs the bytes any more. */
function write(to: Writable, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    // What waits in an answer whose connection is gone is not called back.
    const onClose = () => reject(new Error('The connection broke'));
    to.once('close', onClose);
    to.write(bytes, (error) => {
      to.off('close', onClose);
      if (error) reject(error);
      else resolve();
    });
  });
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
