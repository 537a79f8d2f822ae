import { expect, test } from 'vitest';
import { Catalog } from '../storage/catalog.ts';
import type { KeyValueStore } from '../storage/kv.ts';
import { openLmdb } from '../storage/lmdb-store.ts';
import { UndoLog } from '../storage/undo-log.ts';
import { CommandError } from '../errors.ts';
import { makeTempDir } from '../../test/test-server.ts';
import { pause, type Steps } from '../pace/pace.ts';
import { Executor, type ExecutorOptions } from './executor.ts';
import { Share } from './job.ts';

/** An executor on a real store that counts its commits. */
function openExecutor(options: ExecutorOptions = { turnMs: 1_000 }) {
  const dir = makeTempDir();
  const kv = openLmdb(`${dir.path}/store.mdb`, { isDurable: false });
  const counts = { commits: 0, depth: 0 };
  const counting: KeyValueStore = {
    ...kv,
    transaction(work) {
      if (counts.depth === 0) counts.commits += 1;
      counts.depth += 1;
      try {
        return kv.transaction(work);
      } finally {
        counts.depth -= 1;
      }
    },
  };
  const catalog = new Catalog(counting, new UndoLog());
  counts.commits = 0;
  const close = async () => {
    await kv.close();
    dir[Symbol.dispose]();
  };
  return {
    executor: new Executor(catalog, options),
    catalog,
    kv,
    counts,
    [Symbol.asyncDispose]: close,
  };
}

const key = (name: string) => Buffer.from(name);

test('commits all writes of one turn together, after the reads', async () => {
  await using store = openExecutor();
  const { executor, kv } = store;
  const names = Array.from({ length: 50 }, (_, i) => `key-${i}`);

  const writes = names.map((name) => executor.submit(true, () => kv.put(key(name), key('value'))));
  const read = executor.submit(false, () => kv.has(key('key-0')));
  await Promise.all(writes);

  expect(store.counts.commits).toBe(1);
  expect(await read).toBe(false);
  expect(names.every((name) => kv.has(key(name)))).toBe(true);
});

test('takes back a failed write, in the store and in memory, and keeps the others of its commit', async () => {
  await using store = openExecutor();
  const { executor, kv, catalog } = store;

  const good = executor.submit(true, () => kv.put(key('good'), key('1')));
  const bad = executor.submit(true, () => {
    catalog.create({ db: 'test', name: 'things' }, {});
    kv.put(key('bad'), key('1'));
    throw new CommandError('BadValue', 'no');
  });
  const after = executor.submit(true, () => catalog.create({ db: 'test', name: 'others' }, {}).meta.id);

  await expect(bad).rejects.toThrow('no');
  await good;
  expect(await after).toBe(1);
  expect(kv.has(key('bad'))).toBe(false);
  expect(catalog.list().map(({ ns }) => ns)).toEqual(['test.others']);
});

test('commits each write alone when they do not fit together', async () => {
  await using store = openExecutor();
  const { executor, kv } = store;
  const full = () => {
    kv.put(key('big'), key('1'));
    throw new CommandError('OutOfDiskSpace', 'full');
  };

  const [small, big] = await Promise.allSettled([
    executor.submit(true, () => kv.put(key('small'), key('1'))),
    executor.submit(true, full),
  ]);

  expect([small?.status, big?.status]).toEqual(['fulfilled', 'rejected']);
  expect([kv.has(key('small')), kv.has(key('big'))]).toEqual([true, false]);
});

/** Work of that many steps that tells of each. */
function* stepping(count: number, tell: () => void): Steps<string> {
  for (let i = 0; i < count; i++) {
    tell();
    yield pause;
  }
  return 'done';
}

test('lets a newcomer run before those who have had more time', async () => {
  await using store = openExecutor({ sliceMs: 0, turnMs: 0 });
  const { executor } = store;
  const order: string[] = [];
  const tell = (name: string) => () => {
    order.push(name);
    // Some time that counts.
    for (const until = performance.now() + 1; performance.now() < until; ) continue;
  };
  const shares = Array.from({ length: 50 }, () => new Share());
  const greedy = shares.map((share) => executor.submit(false, () => stepping(3, tell('greedy')), share));
  for (let at = 0; at < 60; at++) await executor.submit(false, () => undefined);

  const before = order.length;
  await executor.submit(false, () => order.push('newcomer'), new Share());

  expect(order.slice(before).filter((name) => name === 'greedy').length).toBeLessThan(5);
  expect(await Promise.all(greedy)).toHaveLength(50);
});

test('has one slice of the long reads in a turn, after the short ones', async () => {
  await using store = openExecutor({ sliceMs: 0, turnMs: 0 });
  const { executor } = store;
  const order: string[] = [];
  const long = ['a', 'b', 'c'].map((name) =>
    executor.submit(false, () => stepping(9, () => order.push(name)), new Share()),
  );
  // Each has had a first step, as a newcomer.
  while (order.length < 3) await executor.submit(false, () => undefined, new Share());
  order.length = 0;

  for (let turn = 0; turn < 4; turn++) await executor.submit(false, () => order.push('short'), new Share());

  const kinds = order.map((name) => (name === 'short' ? name : 'long'));
  expect(kinds).toEqual(['short', 'long', 'short', 'long', 'short', 'long', 'short', 'long']);
  await Promise.all(long);
});

test('reads one state over its pauses', async () => {
  await using store = openExecutor();
  const { executor, kv } = store;
  await executor.submit(true, () => kv.put(key('a'), key('old')));
  const seen: string[] = [];

  await Promise.all([
    executor.submit(false, () => stepping(3, () => seen.push(String(kv.get(key('a')))))),
    executor.submit(true, () => kv.put(key('a'), key('new'))),
  ]);

  expect(seen).toEqual(['old', 'old', 'old']);
  expect(String(kv.get(key('a')))).toBe('new');
});

test('ends what a client has begun and does not wait for', async () => {
  await using store = openExecutor();
  const { executor } = store;
  const share = new Share();
  const work = executor.submit(false, () => stepping(1_000_000, () => undefined), share);
  await executor.submit(false, () => undefined);

  executor.leave(share);

  await expect(work).rejects.toMatchObject({ code: 11600 });
});
