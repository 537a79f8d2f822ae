import { messageBytesMax } from '../commands/hello.ts';
import { CommandError } from '../errors.ts';

export const headerBytes = 16;

/** Cuts a byte stream into wire messages; a length no message can have throws, and the stream is lost with it. */
export class FrameReader {
  /** Begins with what has come and is no whole message yet. */
  #pending: Buffer = Buffer.alloc(0);
  #length = 0;

  /** The messages completed by this chunk, in order. */
  *push(chunk: Buffer): Generator<Buffer> {
    this.#add(chunk);
    for (let frame = this.#take(); frame; frame = this.#take()) yield frame;
  }

  #add(chunk: Buffer): void {
    const length = this.#length + chunk.length;
    if (this.#length === 0) this.#pending = chunk;
    else {
      if (length > this.#pending.length) this.#grow(Math.max(length, 2 * this.#length));
      chunk.copy(this.#pending, this.#length);
    }
    this.#length = length;
  }

  #take(): Buffer | undefined {
    if (this.#length < 4) return undefined;
    const size = this.#pending.readInt32LE(0);
    if (size < headerBytes || size > messageBytesMax) {
      throw new CommandError('ProtocolError', `recv(): message msgLen ${size} is invalid`);
    }
    if (this.#length < size) return undefined;
    const frame = this.#pending.subarray(0, size);
    this.#pending = this.#pending.subarray(size, this.#length);
    this.#length -= size;
    return frame;
  }

  /** To twice the size, so that a long message is not copied anew for each chunk, nor all of it at its end. */
  #grow(size: number): void {
    const larger = Buffer.allocUnsafe(size);
    this.#pending.copy(larger, 0, 0, this.#length);
    this.#pending = larger;
  }
}
