import type { Clock } from '../clock.ts';

const deadlines = { headersMs: 10_000, bodyMs: 30_000 } as const;

type Init = Omit<RequestInit, 'signal'> & { readonly signal?: AbortSignal | null | undefined };

/** `fetch` that gives up: a request over a connection that died silently would hang for minutes. */
export class TimedFetch {
  readonly #clock: Clock;
  readonly #running = new Set<AbortController>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  readonly fetch = async (input: RequestInfo | URL, init: Init = {}): Promise<Response> => {
    const abort = new AbortController();
    const stop = () => abort.abort();
    if (init.signal?.aborted) stop();
    init.signal?.addEventListener('abort', stop, { once: true });
    let cancel = this.#clock.after(deadlines.headersMs, stop);
    this.#running.add(abort);
    try {
      const response = await fetch(input, { ...init, signal: abort.signal });
      cancel();
      cancel = this.#clock.after(deadlines.bodyMs, stop);
      // As text: React Native takes each byte of an ArrayBuffer for a character.
      return new Response(await response.text(), response);
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
