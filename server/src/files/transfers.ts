import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppError } from '../platform/errors.ts';

type Bounds = {
  /** At once, of one person or of one file. */
  readonly perOwnerMax: number;
  readonly totalMax: number;
};

/** A transfer that moves less than `bytesMin` in this time is cut; whoever sends or reads goes on where it was. */
const paceMs = 30_000;
const bytesMin = 64 * 1024;

/** Requests that move many bytes: few at a time of one owner, and none that holds its place by being slow. */
export class Transfers {
  readonly #bounds: Bounds;
  readonly #ofOwner = new Map<string, number>();
  #total = 0;

  constructor(bounds: Bounds) {
    this.#bounds = bounds;
  }

  /** Counts the request until its answer is over. Throws SERVICE_UNAVAILABLE when there are too many. */
  follow(owner: string, request: IncomingMessage, response: ServerResponse): void {
    const mine = this.#ofOwner.get(owner) ?? 0;
    if (mine >= this.#bounds.perOwnerMax || this.#total >= this.#bounds.totalMax) {
      response.setHeader('retry-after', '1');
      throw new AppError('SERVICE_UNAVAILABLE', 'Too many files are on their way, wait a moment');
    }
    this.#ofOwner.set(owner, mine + 1);
    this.#total += 1;
    const stop = watchPace(request);
    response.once('close', () => {
      stop();
      this.#total -= 1;
      const left = (this.#ofOwner.get(owner) ?? 1) - 1;
      if (left > 0) this.#ofOwner.set(owner, left);
      else this.#ofOwner.delete(owner);
    });
  }
}

/** Cuts the connection when too little moves on it, in either direction, while there is something to move. */
function watchPace(request: IncomingMessage): () => void {
  const { socket } = request;
  let before = socket.bytesRead + socket.bytesWritten;
  const timer = setInterval(() => {
    const moved = socket.bytesRead + socket.bytesWritten;
    const isWorking = request.complete && socket.writableLength === 0;
    if (!isWorking && moved - before < bytesMin) socket.destroy();
    before = moved;
  }, paceMs);
  return () => clearInterval(timer);
}
