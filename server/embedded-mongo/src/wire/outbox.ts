import type { Socket } from 'node:net';
import { giveBack } from '../engine/reply-memory.ts';

export type OutboxOptions = {
  /** How much may wait for all readers together. */
  readonly unreadBytesMax?: number;
  /** How long a client may read nothing of its reply. */
  readonly unreadMsMax?: number;
};

/**
 * The replies that clients have not read yet. A connection has one at a time, since its next request is only read
 * after that. Who reads nothing for a while loses the connection; so do, when all unread replies together are too
 * much, those who have waited longest.
 */
export class Outbox {
  readonly #bytesMax: number;
  readonly #msMax: number;
  /** Oldest first. */
  readonly #unread = new Map<Socket, number>();
  #bytes = 0;

  constructor({ unreadBytesMax = 64 * 1024 * 1024, unreadMsMax = 60_000 }: OutboxOptions = {}) {
    this.#bytesMax = unreadBytesMax;
    this.#msMax = unreadMsMax;
  }

  /** Of a reply that is not taken at once: resolves when the client has read it or is gone. */
  send(socket: Socket, parts: readonly Buffer[]): Promise<void> | undefined {
    let bytes = 0;
    for (const { length } of parts) bytes += length;
    if (bytes <= joinedBytesMax) {
      const joined = Buffer.concat(parts, bytes);
      giveBack(parts);
      socket.write(joined);
    } else writeTogether(socket, parts);
    return socket.writableNeedDrain ? this.#wait(socket) : undefined;
  }

  async #wait(socket: Socket): Promise<void> {
    const { writableLength: length } = socket;
    this.#unread.set(socket, length);
    this.#bytes += length;
    this.#makeRoom(socket);
    const onTimeout = () => socket.destroy();
    // A part that is read begins the time anew.
    socket.setTimeout(this.#msMax, onTimeout);
    try {
      await readOrGone(socket);
    } finally {
      socket.setTimeout(0).off('timeout', onTimeout);
      this.#unread.delete(socket);
      this.#bytes -= length;
    }
  }

  /** The newest reply stays in any case: it may be on its way to one who reads. */
  #makeRoom(newest: Socket): void {
    let bytes = this.#bytes;
    for (const [socket, length] of this.#unread) {
      if (bytes <= this.#bytesMax || socket === newest) return;
      socket.destroy();
      bytes -= length;
    }
  }
}

/** Larger replies are not copied into one. */
const joinedBytesMax = 16 * 1024;

function writeTogether(socket: Socket, parts: readonly Buffer[]): void {
  socket.cork();
  for (const part of parts.slice(0, -1)) socket.write(part);
  socket.write(parts.at(-1) ?? '', () => giveBack(parts));
  socket.uncork();
}

function readOrGone(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      socket.off('drain', done).off('close', done);
      resolve();
    };
    socket.on('drain', done).on('close', done);
    if (socket.destroyed) done();
  });
}
