import { limits, type FoundMessage, type SearchMessagesInput } from '@whisper/shared';
import type { Connection } from '../connection/connection.ts';
import { toFailure, type Failure } from '../connection/failure.ts';
import { callWithRetries } from '../connection/retries.ts';
import { Value, type Observable } from '../observable.ts';

export type SearchWanted = Omit<SearchMessagesInput, 'cursor' | 'limit'>;

export type SearchSnapshot = {
  /** The newest first. */
  readonly found: readonly FoundMessage[];
  /** `paused`: there may be more, which `loadMore` looks for. */
  readonly status: 'searching' | 'paused' | 'complete' | 'failed';
  readonly failure: Failure | null;
};

/** The server looks at so much in one call. Where that finds little it is asked again, so often before a person is. */
const callsMax = 8;
const pageSize = 20;

/** A search of one's messages, page by page. Ends with `close`. */
export class MessageSearch implements Observable<SearchSnapshot>, Disposable {
  readonly #connection: Connection;
  readonly #wanted: SearchWanted;
  readonly #state = new Value<SearchSnapshot>({ found: [], status: 'paused', failure: null });
  #cursor: string | null = null;
  #isClosed = false;

  constructor(connection: Connection, wanted: SearchWanted) {
    this.#connection = connection;
    this.#wanted = wanted;
    void this.loadMore();
  }

  getSnapshot = (): SearchSnapshot => this.#state.getSnapshot();
  subscribe = (listener: () => void): (() => void) => this.#state.subscribe(listener);

  /** Adds the next page, or tries again what failed. Never rejects: a failure is in the snapshot. */
  async loadMore(): Promise<void> {
    const { status, found } = this.getSnapshot();
    if (this.#isClosed || status === 'searching' || status === 'complete') return;
    const wantedSize = found.length + pageSize;
    this.#set({ status: 'searching', failure: null });
    try {
      for (let calls = 0; calls < callsMax && this.getSnapshot().found.length < wantedSize; calls += 1) {
        if (!(await this.#addPage(wantedSize - this.getSnapshot().found.length))) {
          return this.#set({ status: 'complete' });
        }
      }
      this.#set({ status: 'paused' });
    } catch (error) {
      this.#set({ status: 'failed', failure: toFailure(error) });
    }
  }

  close(): void {
    this.#isClosed = true;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Whether there may be more behind it. */
  async #addPage(size: number): Promise<boolean> {
    const { api } = this.#connection;
    const input = {
      ...this.#wanted,
      query: this.#wanted.query.slice(0, limits.queryLengthMax),
      cursor: this.#cursor,
      limit: Math.min(size, limits.searchPageSizeMax),
    };
    const page = await callWithRetries(this.#connection, () => api.message.search.query(input));
    this.#cursor = page.nextCursor;
    this.#set({ found: [...this.getSnapshot().found, ...page.found] });
    return this.#cursor !== null && !this.#isClosed;
  }

  #set(change: Partial<SearchSnapshot>): void {
    if (!this.#isClosed) this.#state.set({ ...this.getSnapshot(), ...change });
  }
}
