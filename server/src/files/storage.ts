import type { Readable, Writable } from 'node:stream';

/** A part of a file: both ends are in it. */
export type ByteRange = { readonly start: number; readonly end: number };

/**
 * Where bytes are kept, by keys that this room makes: hexadecimal digits, dots and nothing else. Every process over one database has the same.
 */
export interface FileStorage {
  /** The bytes that are kept under the key, 0 when there are none. What was answered once is not taken back by a crash. */
  sizeOf(key: string): Promise<number>;
  /**
   * Keeps what the stream brings behind the first `offset` bytes, in the place of whatever is there. Answers how many there
   * are then, all of them durable. When the stream fails, what came until then may be kept.
   */
  append(key: string, offset: number, bytes: Readable): Promise<number>;
  /** Rejects when there is nothing under the key. */
  read(key: string, range?: ByteRange): Promise<Readable>;
  /**
   * Writes what `read` gives to whoever holds on to no bytes once they are written, as a socket does, and ends it. Rejects, too, when
   * it closes before.
   */
  send(key: string, range: ByteRange, to: Writable): Promise<void>;
  /** Nothing is left under the key. Idempotent. */
  remove(key: string): Promise<void>;
}
