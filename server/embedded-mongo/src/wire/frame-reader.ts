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
      if (length > this.#pending.length) this.#grow(length);
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

  /**
   * To eight times what has come, or to the whole message when less is to come: no chunk is copied often, never much at
   * once, and a length that a client only claims takes no memory.
   */
  #grow(length: number): void {
    const message = this.#length < 4 ? 0 : this.#pending.readInt32LE(0);
    const size = Math.max(length, Math.min(8 * length, message));
    const larger = Buffer.allocUnsafeSlow(size);
    this.#pending.copy(larger, 0, 0, this.#length);
    this.#pending = larger;
  }
}
