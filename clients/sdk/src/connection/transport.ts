import type { TRPCLink } from '@trpc/client';
import { observable } from '@trpc/server/observable';
import type { AppRouter } from '@whisper/server';

/**
 * How mutations and live events travel. `socket`: one that opened once will open again. `http`: a proxy lets none through, so
 * calls go as requests and events come as event streams, for the life of the client.
 */
type Way = 'socket' | 'http';

/** Holds what is not a query until it is known how it can travel. */
export class Transport {
  #way: Way | undefined;
  readonly #held = new Set<() => void>();

  get way(): Way | undefined {
    return this.#way;
  }

  /** The first choice stays. */
  choose(way: Way): void {
    this.#way ??= way;
    this.release();
  }

  /** Lets go of everything that is held; what became of the connection answers it. */
  release(): void {
    for (const start of this.#held) start();
    this.#held.clear();
  }

  link(): TRPCLink<AppRouter> {
    return () =>
      ({ op, next }) => {
        if (op.type === 'query' || this.#way !== undefined) return next(op);
        return observable((observer) => {
          let running: { unsubscribe(): void } | undefined;
          const start = () => {
            running = next(op).subscribe(observer);
          };
          this.#held.add(start);
          return () => {
            this.#held.delete(start);
            running?.unsubscribe();
          };
        });
      };
  }
}
