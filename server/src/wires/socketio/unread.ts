import { limits } from '@whisper/shared';
import type { Clock } from '../../platform/clock.ts';

/** Socket.IO's connection as far as its buffer is concerned: what is created waits until it is flushed. */
export interface BufferedConnection {
  on(event: 'packetCreate', listener: (packet: { readonly data?: unknown }) => void): unknown;
  on(event: 'flush' | 'close', listener: () => void): unknown;
}

type Options = { readonly clock: Clock; readonly onStalled: () => void };

/**
 * Bounds what waits for a client that does not read. Above `limits.outgoingBytesMax` the socket's feeds pause;
 * when that lasts for `limits.stalledMs`, `onStalled` is called once.
 */
export class Unread {
  readonly #options: Options;
  #bytes = 0;
  #cancelStalled: (() => void) | undefined;
  #isClosed = false;
  #waiting: (() => void)[] = [];

  constructor(connection: BufferedConnection, options: Options) {
    this.#options = options;
    connection.on('packetCreate', ({ data }) => this.#grow(typeof data === 'string' ? data.length : 0));
    connection.on('flush', () => this.#empty());
    connection.on('close', () => {
      this.#isClosed = true;
      this.#empty();
    });
  }

  get bytes(): number {
    return this.#bytes;
  }

  get isFull(): boolean {
    return !this.#isClosed && this.#bytes >= limits.outgoingBytesMax;
  }

  /** Resolves when there is room, or nothing more to send to. */
  async ready(): Promise<void> {
    while (this.isFull) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #grow(bytes: number): void {
    this.#bytes += bytes;
    if (!this.isFull || this.#cancelStalled) return;
    this.#cancelStalled = this.#options.clock.after(limits.stalledMs, this.#options.onStalled);
  }

  #empty(): void {
    this.#bytes = 0;
    this.#cancelStalled?.();
    this.#cancelStalled = undefined;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
