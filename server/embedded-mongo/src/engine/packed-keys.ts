import { CommandError } from '../errors.ts';

const chunkBytes = 64 * 1024;
const bytesMax = 100 * 1024 * 1024;

/** A long list of keys in little memory, in the order they came. Throws 146 beyond 100 MiB. */
export class PackedKeys {
  readonly #chunks: Buffer[] = [];
  #at = chunkBytes;
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(key: Buffer): void {
    if (this.#at + 2 + key.length > chunkBytes) this.#grow();
    const chunk = this.#chunks.at(-1);
    if (!chunk) return;
    chunk.writeUInt16LE(key.length, this.#at);
    key.copy(chunk, this.#at + 2);
    this.#at += 2 + key.length;
    this.#count += 1;
  }

  *[Symbol.iterator](): Generator<Buffer> {
    for (const chunk of this.#chunks) {
      for (let at = 0; at + 2 <= chunk.length; ) {
        const length = chunk.readUInt16LE(at);
        if (length === 0) break;
        yield chunk.subarray(at + 2, at + 2 + length);
        at += 2 + length;
      }
    }
  }

  #grow(): void {
    if ((this.#chunks.length + 1) * chunkBytes > bytesMax) {
      throw new CommandError(
        'ExceededMemoryLimit',
        'One statement changes more documents than fit in memory',
      );
    }
    // Zeros, so that a length of 0 ends what is filled of it.
    this.#chunks.push(Buffer.alloc(chunkBytes));
    this.#at = 0;
  }
}
