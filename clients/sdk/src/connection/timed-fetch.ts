import type { Clock } from '../clock.ts';

type Deadlines = { readonly headersMs: number; readonly bodyMs: number };

const deadlinesOfCalls: Deadlines = { headersMs: 10_000, bodyMs: 30_000 };

type Init = Omit<RequestInit, 'signal'> & { readonly signal?: AbortSignal | null | undefined };

/** `fetch` that gives up: a request over a connection that died silently would hang for minutes. */
export class TimedFetch {
  readonly #clock: Clock;
  readonly #deadlines: Deadlines;
  readonly #running = new Set<AbortController>();

  constructor(clock: Clock, deadlines = deadlinesOfCalls) {
    this.#clock = clock;
    this.#deadlines = deadlines;
  }

  readonly fetch = async (input: RequestInfo | URL, init: Init = {}): Promise<Response> => {
    const abort = new AbortController();
    const stop = () => abort.abort();
    if (init.signal?.aborted) stop();
    init.signal?.addEventListener('abort', stop, { once: true });
    let cancel = this.#clock.after(this.#deadlines.headersMs, stop);
    this.#running.add(abort);
    try {
      const response = await fetch(input, { ...init, signal: abort.signal });
      cancel();
      cancel = this.#clock.after(this.#deadlines.bodyMs, stop);
      // Null where there is none, which a 204 insists on. As text: React Native takes each byte of an ArrayBuffer for a character.
      return new Response((await response.text()) || null, response);
    } finally {
      cancel();
      this.#running.delete(abort);
      init.signal?.removeEventListener('abort', stop);
    }
  };

  /** Fails every request under way. */
  end(): void {
    for (const abort of this.#running) abort.abort();
  }
}
