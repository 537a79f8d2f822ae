import type { Duplex } from 'node:stream';
import type { SocketBounds } from './bounds.ts';
import type { Clock } from './clock.ts';

/** Sockets with something to say, written once at the end of this turn of the event loop. */
export class FlushTurn {
  #waiting: Outgoing[] = [];

  add(outgoing: Outgoing): void {
    if (this.#waiting.push(outgoing) === 1) setImmediate(this.#flush);
  }

  readonly #flush = (): void => {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const outgoing of waiting) outgoing.flush();
  };
}

/** Who reads at the other end. */
export interface Reader {
  /** It does not keep up: it stalls for too long, or leaves far too much unread. */
  onTooSlow(): void;
}

type SharedParts = { readonly bounds: SocketBounds; readonly clock: Clock; readonly turn: FlushTurn };

/**
 * What one socket still has to say. Frames of one turn leave in one write; while the connection takes no more,
 * they wait here, where a shared frame costs a pointer.
 */
export class Outgoing {
  readonly #stream: Duplex;
  readonly #shared: SharedParts;
  readonly #reader: Reader;
  #frames: Buffer[] = [];
  #bytes = 0;
  #isBacklogged = false;
  #isReleased = false;
  #waiters: (() => void)[] = [];
  #cancelStalled: (() => void) | undefined;

  /** `stream` is the connection under the WebSocket; ws itself writes nothing but whole control frames to it. */
  constructor(stream: Duplex, shared: SharedParts, reader: Reader) {
    this.#stream = stream;
    this.#shared = shared;
    this.#reader = reader;
  }

  /** Takes the frame in any case; `false` asks the caller to wait for `ready()` before the next. */
  send(frame: Buffer): boolean {
    if (this.#isReleased) return false;
    if (this.#frames.push(frame) === 1 && !this.#isBacklogged) this.#shared.turn.add(this);
    this.#bytes += frame.length;
    const unsent = this.unsentBytes;
    if (unsent <= this.#shared.bounds.pauseAtBytes) return true;
    this.#pause(unsent - frame.length);
    return false;
  }

  /** Bytes that have not left this process. */
  get unsentBytes(): number {
    return this.#bytes + this.#stream.writableLength;
  }

  get isFull(): boolean {
    return this.#cancelStalled !== undefined;
  }

  /** Resolves when frames are welcome again, at once when they are now, and when the socket is gone. */
  ready(): Promise<void> {
    if (!this.isFull) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  /** Hands everything to the connection, unless that is still busy with what it got before. */
  flush(): void {
    if (this.#isReleased || this.#isBacklogged || this.#frames.length === 0) return;
    const frames = this.#frames;
    this.#frames = [];
    this.#bytes = 0;
    if (this.#write(frames)) return;
    this.#isBacklogged = true;
    this.#stream.once('drain', () => this.#drain());
  }

  /** The socket closes: forgets what is unsent and lets everyone go who waits. */
  release(): void {
    this.#isReleased = true;
    this.#frames = [];
    this.#bytes = 0;
    this.#resume();
  }

  #write(frames: readonly Buffer[]): boolean {
    const [first] = frames;
    if (frames.length === 1) return this.#stream.write(first);
    this.#stream.cork();
    let wantsMore = true;
    for (const frame of frames) wantsMore = this.#stream.write(frame);
    this.#stream.uncork();
    return wantsMore;
  }

  #drain(): void {
    this.#isBacklogged = false;
    this.flush();
    if (this.unsentBytes <= this.#shared.bounds.pauseAtBytes / 2) this.#resume();
  }

  #pause(unsentBefore: number): void {
    const { bounds, clock } = this.#shared;
    if (unsentBefore > bounds.unsentBytesMax) return this.#reader.onTooSlow();
    this.#cancelStalled ??= clock.after(bounds.stalledMs, () => this.#reader.onTooSlow());
  }

  #resume(): void {
    this.#cancelStalled?.();
    this.#cancelStalled = undefined;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }
}
