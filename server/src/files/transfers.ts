import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppError } from '../platform/errors.ts';
import type { FilesDeps } from './deps.ts';

type Bounds = {
  /** Of the bytes that are followed. */
  readonly direction: 'in' | 'out';
  /** At once, of one person or of one file. */
  readonly perOwnerMax: number;
  readonly totalMax: number;
};

/** A transfer that moves less than `bytesMin` in this time is cut; whoever sends or reads goes on where it was. */
const paceMs = 30_000;
const bytesMin = 64 * 1024;

/** Requests that move many bytes: few at a time of one owner, and none that holds its place by being slow. */
export class Transfers {
  readonly #deps: Pick<FilesDeps, 'clock' | 'metrics'>;
  readonly #bounds: Bounds;
  readonly #ofOwner = new Map<string, number>();
  #total = 0;

  constructor(deps: Pick<FilesDeps, 'clock' | 'metrics'>, bounds: Bounds) {
    this.#deps = deps;
    this.#bounds = bounds;
  }

  /** Counts the request until its answer is over. Throws SERVICE_UNAVAILABLE when there are too many. */
  follow(owner: string, request: IncomingMessage, response: ServerResponse): void {
    const { direction, perOwnerMax, totalMax } = this.#bounds;
    const { fileBytes, fileRefusals, fileTransfers } = this.#deps.metrics;
    const mine = this.#ofOwner.get(owner) ?? 0;
    if (mine >= perOwnerMax || this.#total >= totalMax) {
      fileRefusals.inc({ reason: 'busy' });
      response.setHeader('retry-after', '1');
      throw new AppError('SERVICE_UNAVAILABLE', 'Too many files are on their way, wait a moment');
    }
    this.#ofOwner.set(owner, mine + 1);
    this.#total += 1;
    fileTransfers.inc({ direction });
    const before = movedOn(request);
    // What came with the request's head counts, too.
    const waiting = direction === 'in' ? request.readableLength : 0;
    const stop = this.#watchPace(request);
    response.once('close', () => {
      stop();
      fileTransfers.dec({ direction });
      fileBytes.inc({ direction }, waiting + movedOn(request)[direction] - before[direction]);
      this.#total -= 1;
      const left = (this.#ofOwner.get(owner) ?? 1) - 1;
      if (left > 0) this.#ofOwner.set(owner, left);
      else this.#ofOwner.delete(owner);
    });
  }

  /** Cuts the connection when too little moves on it, in either direction, while there is something to move. */
  #watchPace(request: IncomingMessage): () => void {
    const { clock, metrics } = this.#deps;
    const { socket } = request;
    let before = movedOn(request).both;
    const look = () => {
      const { both } = movedOn(request);
      const isWorking = request.complete && socket.writableLength === 0;
      if (!isWorking && both - before < bytesMin) {
        metrics.fileRefusals.inc({ reason: 'tooSlow' });
        socket.destroy();
        return;
      }
      before = both;
      cancel = clock.after(paceMs, look);
    };
    let cancel = clock.after(paceMs, look);
    return () => cancel();
  }
}

function movedOn({ socket }: IncomingMessage) {
  const { bytesRead, bytesWritten } = socket;
  return { in: bytesRead, out: bytesWritten, both: bytesRead + bytesWritten };
}
