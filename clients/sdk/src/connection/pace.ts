import { TRPCClientError, type TRPCLink } from '@trpc/client';
import { observable } from '@trpc/server/observable';
import type { AppRouter } from '@whisper/server';
import { closeCodes, transformer } from '@whisper/shared';
import { TooLargeError } from './failure.ts';

/**
 * Under way at once. tRPC makes one frame of a tick, or of a whole outage, so this bounds what a frame may hold: half of
 * what any version of the server takes, because subscriptions may come back in the same frame.
 */
const bounds = { callsMax: 50, bytesMax: 128 * 1024 } as const;
/** What surrounds an input in its frame. */
const envelopeBytes = 200;

type Call = {
  readonly bytes: number;
  readonly start: () => void;
  /** Nothing else is under way with it. */
  isAlone: boolean;
};

/**
 * Holds calls back so that, whatever is asked for in one tick, no frame is larger than a server takes. A call that
 * is too large by itself goes alone.
 */
export class Pace {
  readonly #waiting = new Set<Call>();
  readonly #underway = new Set<Call>();
  #bytes = 0;
  #isStarting = false;
  #callsMax: number = bounds.callsMax;

  link(): TRPCLink<AppRouter> {
    return () =>
      ({ op, next }) => {
        // A token does not wait behind what it keeps going.
        if (op.type !== 'mutation' || op.path === 'auth.refresh') return next(op);
        return observable((observer) => {
          let running: { unsubscribe(): void } | undefined;
          const start = () => {
            running = next(op).subscribe({
              ...observer,
              error: (error) => {
                this.#end(call);
                observer.error(this.#sort(error, call));
              },
              complete: () => {
                this.#end(call);
                observer.complete();
              },
            });
          };
          const call = { bytes: bytesOf(op.input), start, isAlone: true };
          this.#waiting.add(call);
          this.#startNext();
          return () => {
            this.#end(call);
            running?.unsubscribe();
          };
        });
      };
  }

  #startNext(): void {
    // A call that fails at once would come back here before the one that started it is done.
    if (this.#isStarting) return;
    this.#isStarting = true;
    for (const call of this.#waiting) {
      if (!this.#hasRoomFor(call)) break;
      this.#waiting.delete(call);
      for (const other of this.#underway) other.isAlone = false;
      call.isAlone = this.#underway.size === 0;
      this.#underway.add(call);
      this.#bytes += call.bytes;
      call.start();
    }
    this.#isStarting = false;
  }

  #hasRoomFor({ bytes }: Call): boolean {
    if (this.#underway.size === 0) return true;
    return this.#underway.size < this.#callsMax && this.#bytes + bytes <= bounds.bytesMax;
  }

  #end(call: Call): void {
    this.#waiting.delete(call);
    if (!this.#underway.delete(call)) return;
    this.#bytes -= call.bytes;
    this.#startNext();
  }

  /**
   * A frame that was too large says nothing about the calls in it, as long as there were several: they may be
   * repeated, and from now on each has a frame of its own. Alone, the call itself is too large.
   */
  #sort(error: TRPCClientError<AppRouter>, { isAlone }: Call): TRPCClientError<AppRouter> {
    if (!isFrameTooLarge(error.cause)) return error;
    this.#callsMax = 1;
    return isAlone ? TRPCClientError.from(new TooLargeError()) : error;
  }
}

/** What the input costs on the wire: bytes, of which a character may need three and an escaped one six. */
function bytesOf(input: unknown): number {
  const text = JSON.stringify(transformer.serialize(input));
  return new TextEncoder().encode(text).length + envelopeBytes;
}

/** tRPC gives calls the close of their socket as the cause. */
function isFrameTooLarge(cause: unknown): boolean {
  return (
    typeof cause === 'object' &&
    cause !== null &&
    'code' in cause &&
    cause.code === closeCodes.frameTooLarge.code
  );
}
