import { messageBytesMax } from '../commands/hello.ts';
import { CommandError } from '../errors.ts';

export const headerBytes = 16;

/** Cuts a byte stream into wire messages; a length no message can have throws, and the stream is lost with it. */
export class FrameReader {
  #chunks: Buffer[] = [];
  #length = 0;

  /** The messages completed by this chunk, in order. */
  *push(chunk: Buffer): Generator<Buffer> {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    for (let frame = this.#take(); frame; frame = this.#take()) yield frame;
  }

  #take(): Buffer | undefined {
    if (this.#length < 4) return undefined;
    const size = this.#peekSize();
    if (size < headerBytes || size > messageBytesMax) {
      throw new CommandError('ProtocolError', `recv(): message msgLen ${size} is invalid`);
    }
    if (this.#length < size) return undefined;
    const all = this.#chunks.length === 1 ? this.#chunks[0] : Buffer.concat(this.#chunks);
    if (!all) return undefined;
    this.#length -= size;
    this.#chunks = this.#length > 0 ? [all.subarray(size)] : [];
    return all.subarray(0, size);
  }

  #peekSize(): number {
    const [first] = this.#chunks;
    if (first && first.length >= 4) return first.readInt32LE(0);
    const all = Buffer.concat(this.#chunks);
    this.#chunks = [all];
    return all.readInt32LE(0);
  }
}
