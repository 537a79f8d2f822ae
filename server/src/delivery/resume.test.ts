import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FeedItem, FeedSink } from '@whisper/trpc-socket/feed';
import { openSource, type FeedSource } from './resume.ts';

/** A log that grows, announces its entries (or fails to), and can be read in pages. */
class Log {
  readonly #listeners = new Set<(item: FeedItem<number>) => void>();
  length = 0;

  append(isAnnounced: boolean): void {
    this.length += 1;
    const item = { data: this.length };
    if (isAnnounced) for (const listener of this.#listeners) listener(item);
  }

  get listenerCount(): number {
    return this.#listeners.size;
  }

  source(from = 0): FeedSource<number> {
    let position = from;
    const nextPage = () => {
      const page: FeedItem<number>[] = [];
      while (page.length < 3 && position < this.length) page.push({ data: (position += 1) });
      return page;
    };
    return {
      subscribe: async (listener) => {
        // What is announced before it listens is not heard, and must be read.
        for (let turn = 0; turn < 3; turn += 1) await Promise.resolve();
        this.#listeners.add(listener);
        await Promise.resolve();
        return () => void this.#listeners.delete(listener);
      },
      admit: ({ data }) => {
        if (data <= position) return 'skip';
        if (data > position + 1) return 'gap';
        position = data;
        return 'send';
      },
      async *catchUp() {
        for (let page = nextPage(); page.length > 0; page = nextPage()) {
          await Promise.resolve();
          yield page;
        }
      },
    };
  }
}

/** A reader who pauses whenever it has taken `patience` items, until it is woken. */
class Reader implements FeedSink<number> {
  readonly taken: number[] = [];
  outcome: 'ended' | 'failed' | undefined;
  readonly #patience: number;
  #unread = 0;
  #wake: () => void = () => undefined;

  constructor(patience = Number.POSITIVE_INFINITY) {
    this.#patience = patience;
  }

  push(item: FeedItem<number>): boolean {
    this.taken.push(item.data);
    this.#unread += 1;
    return this.#unread < this.#patience;
  }

  async ready(): Promise<void> {
    if (this.#unread < this.#patience) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }

  read(): void {
    this.#unread = 0;
    this.#wake();
  }

  end(): void {
    this.outcome = 'ended';
  }

  fail(): void {
    this.outcome = 'failed';
  }
}

const settle = async () => {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
};

describe('where replay meets live', () => {
  it('sends everything once and in order, whatever is announced, lost, stalled or resumed meanwhile', async () => {
    const step = fc.constantFrom('announce', 'announce', 'lose', 'read', 'settle');
    await fc.assert(
      fc.asyncProperty(
        fc.nat(9),
        fc.array(step, { maxLength: 60 }),
        fc.integer({ min: 1, max: 5 }),
        async (start, steps, patience) => {
          const [log, reader] = [new Log(), new Reader(patience)];
          for (let count = 0; count < start; count += 1) log.append(false);
          openSource(log.source(), reader);
          for (const name of steps) {
            if (name === 'announce') log.append(true);
            if (name === 'lose') log.append(false);
            if (name === 'read') reader.read();
            if (name === 'settle') await settle();
          }
          log.append(true);
          while (reader.taken.length < log.length) {
            reader.read();
            await settle();
          }

          expect(reader.taken).toEqual(Array.from({ length: log.length }, (_, index) => index + 1));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('queues nothing for a reader who has stopped reading', async () => {
    const [log, reader] = [new Log(), new Reader(4)];
    openSource(log.source(), reader);
    await settle();

    for (let count = 0; count < 10_000; count += 1) log.append(true);
    await settle();
    expect(reader.taken).toHaveLength(4);
    reader.read();
    await settle();

    expect(reader.taken.length).toBeLessThan(20);
  });

  it('stops at once, listens no more and ends nothing twice', async () => {
    const [log, reader] = [new Log(), new Reader()];
    const stop = openSource(log.source(), reader);
    await settle();

    stop();
    stop();
    log.append(true);
    await settle();

    expect(reader).toMatchObject({ taken: [], outcome: undefined });
    expect(log.listenerCount).toBe(0);
  });

  it('does not listen on when it is stopped before it listened', async () => {
    const [log, reader] = [new Log(), new Reader()];

    openSource(log.source(), reader)();
    await settle();
    log.append(true);

    expect(reader).toMatchObject({ taken: [], outcome: undefined });
    expect(log.listenerCount).toBe(0);
  });

  it('fails the feed when nothing can be listened to', async () => {
    const [log, reader] = [new Log(), new Reader()];

    openSource({ ...log.source(), subscribe: () => Promise.reject(new Error('no broker')) }, reader);
    await settle();

    expect(reader).toMatchObject({ taken: [], outcome: 'failed' });
  });

  it('ends the feed when the subscriber may not go on, and fails it when the source breaks', async () => {
    const log = new Log();
    const [ended, failed] = [new Reader(), new Reader()];
    openSource({ ...log.source(), admit: () => 'end' }, ended);
    openSource(
      {
        ...log.source(),
        async *catchUp() {
          yield [];
          throw new Error('the database is gone');
        },
      },
      failed,
    );
    await settle();
    log.append(true);
    await settle();

    expect([ended.outcome, failed.outcome]).toEqual(['ended', 'failed']);
    expect(log.listenerCount).toBe(0);
  });
});
