import type { WebSocket } from 'ws';
import type { Clock } from './clock.ts';

/** What headers may add to a frame: a few when it is whole, and one for each of its fragments. */
const headerBytesMax = 4 * 1024;

/** What one client has sent and nobody has read: a frame that is not whole, and whole ones while reading is paused. */
export class UnreadFrames {
  readonly #ws: WebSocket;
  readonly #clock: Clock;
  readonly #kept: Buffer[] = [];
  #bytes = 0;
  #begunAt = 0;
  #hasMessage = false;
  #isPaused = false;

  constructor(ws: WebSocket, { clock }: { readonly clock: Clock }) {
    this.#ws = ws;
    this.#clock = clock;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** A frame was begun that is larger, whatever its headers and those of its fragments take. */
  isLargerThan(bytes: number): boolean {
    return this.#bytes > bytes + headerBytesMax;
  }

  /** A frame was begun that long ago and is not whole. */
  isOlderThan(ageMs: number): boolean {
    return this.#bytes > 0 && this.#clock.now() - this.#begunAt > ageMs;
  }

  /** Counts a chunk that ws has read. What follows a message in its chunk, less than the chunk, is not counted. */
  add(bytes: number, check: () => void): void {
    if (this.#hasMessage) {
      this.#hasMessage = false;
      return;
    }
    if (this.#bytes === 0) this.#begunAt = this.#clock.now();
    this.#bytes += bytes;
    check();
  }

  markWhole(): void {
    this.#hasMessage = true;
    this.#bytes = 0;
  }

  /** Stops reading the connection. What ws has read already, a chunk at most, is kept. */
  pause(): void {
    this.#isPaused = true;
    this.#ws.pause();
  }

  keep(data: Buffer): void {
    this.#kept.push(data);
  }

  /** Hands over what was kept, and reads on unless it was paused again. `isFirst`: of what was kept. */
  resume(receive: (data: Buffer, isFirst: boolean) => void): void {
    this.#isPaused = false;
    for (const [index, data] of this.#kept.splice(0).entries()) receive(data, index === 0);
    if (!this.#isPaused) this.#ws.resume();
  }
}
