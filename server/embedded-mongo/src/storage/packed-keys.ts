import { CommandError } from '../errors.ts';

const chunkBytes = 64 * 1024;
const bytesMax = 100 * 1024 * 1024;

const noChunk = Buffer.alloc(2);

/** A long list of keys in little memory, in the order they came. Throws 146 beyond 100 MiB. */
export class PackedKeys {
  readonly #chunks: Buffer[] = [];
  #at = chunkBytes;
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** Returns its place. */
  add(key: Buffer): number {
    const chunk = this.#chunkFor(2 + key.length);
    const place = (this.#chunks.length - 1) * chunkBytes + this.#at;
    chunk.writeUInt16LE(key.length, this.#at);
    key.copy(chunk, this.#at + 2);
    this.#at += 2 + key.length;
    this.#count += 1;
    return place;
  }

  at(place: number): Buffer {
    const [chunk, start, end] = this.#find(place);
    return chunk.subarray(start, end);
  }

  /** The order of the keys at two places. */
  compare(place: number, other: number): number {
    const [chunk, start, end] = this.#find(place);
    return chunk.compare(...this.#find(other), start, end);
  }

  #find(place: number): [chunk: Buffer, start: number, end: number] {
    const chunk = this.#chunks[Math.floor(place / chunkBytes)] ?? noChunk;
    const start = (place % chunkBytes) + 2;
    return [chunk, start, start + chunk.readUInt16LE(start - 2)];
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

  #chunkFor(bytes: number): Buffer {
    const last = this.#chunks.at(-1);
    if (last && this.#at + bytes <= chunkBytes) return last;
    if ((this.#chunks.length + 1) * chunkBytes > bytesMax) {
      throw new CommandError(
        'ExceededMemoryLimit',
        'One statement changes more documents than fit in memory',
      );
    }
    // Zeros, so that a length of 0 ends what is filled of it.
    const chunk = Buffer.alloc(chunkBytes);
    this.#chunks.push(chunk);
    this.#at = 0;
    return chunk;
  }
}
