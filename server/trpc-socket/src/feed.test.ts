import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { isFeed, toFeed, toTrackedFeed, type FeedSink } from './feed.ts';

/** The sink that a consumer opened the feed with. */
function createOpen<E>() {
  const sinks: FeedSink<E>[] = [];
  let stops = 0;
  const open = (sink: FeedSink<E>) => {
    sinks.push(sink);
    return () => void (stops += 1);
  };
  return { open, sinks, stops: () => stops };
}

test('gives who iterates it what is pushed, tracked when it has ids', async () => {
  const { open, sinks } = createOpen<string>();
  const [plain, tracked] = [toFeed(open), toTrackedFeed(open)].map((feed) => feed[Symbol.asyncIterator]());

  for (const sink of sinks) {
    sink.push({ data: 'one', id: '1' });
    sink.end();
  }

  expect(await plain?.next()).toEqual({ done: false, value: 'one' });
  expect(await tracked?.next()).toEqual({ done: false, value: ['1', 'one', expect.any(Symbol)] });
  expect(await plain?.next()).toEqual({ done: true, value: undefined });
});

test('throws at its consumer what the feed failed with, after what came before', async () => {
  const { open, sinks } = createOpen<number>();
  const iterator = toFeed(open)[Symbol.asyncIterator]();
  sinks[0]?.push({ data: 1 });
  sinks[0]?.fail(new Error('it broke'));

  expect(await iterator.next()).toEqual({ done: false, value: 1 });
  await expect(iterator.next()).rejects.toThrow('it broke');
});

test('asks for a pause when its consumer lags, and goes on when it has read', async () => {
  const { open, sinks } = createOpen<number>();
  const iterator = toFeed(open)[Symbol.asyncIterator]();
  const [sink] = sinks;
  let pushed = 1;
  while (sink?.push({ data: pushed })) pushed += 1;
  let isReady = false;
  const ready = sink?.ready().then(() => (isReady = true));
  await setImmediate();
  expect([pushed, isReady]).toEqual([64, false]);

  await iterator.next();

  await ready;
  expect(sink?.push({ data: 65 })).toBe(false);
});

test('stops when its consumer returns, who then waits for nothing', async () => {
  const { open, stops } = createOpen<number>();
  const feed = toFeed(open);
  const iterator = feed[Symbol.asyncIterator]();
  const next = iterator.next();

  await iterator.return?.();

  expect([await next, stops()]).toEqual([{ done: true, value: undefined }, 1]);
  expect([isFeed(feed), isFeed([]), isFeed(null)]).toEqual([true, false, false]);
});
