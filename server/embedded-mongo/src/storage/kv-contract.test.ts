import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeTempDir } from '../../test/test-server.ts';
import { BufferedStore } from './buffered-store.ts';
import { finish } from '../pace/pace.ts';
import { noDeadline } from '../pace/deadline.ts';
import { countInSteps } from './count-range.ts';
import { formatKey, formats } from './catalog-keys.ts';
import { journalKey, withJournal } from './journal.ts';
import type { KeyRange, KeyValueReader, KeyValueStore, Snapshot } from './kv.ts';
import { everyKey, openLmdb } from './lmdb-store.ts';
import { treePrefix } from './tree-keys.ts';

type Opened = { readonly kv: KeyValueStore; readonly file: KeyValueStore };

/** Changes are brought to their places all the time, so that everything else happens in the middle of it. */
const limits = { bytes: 4_000, records: 20, pending: 20, settled: 5 };

function openFile(path: string): Opened {
  const file = openLmdb(path, { isDurable: false });
  return { kv: file, file };
}

function openBuffered(path: string): Opened {
  const { file } = openFile(path);
  return { kv: new BufferedStore(file, limits), file };
}

type Model = Map<string, string>;
type Write = { readonly how: (typeof ways)[number]; readonly key: Buffer; readonly value: string };

const ways = ['put', 'remove', 'putLater', 'putLater', 'putLater', 'removeLater'] as const;
const keys = fc
  .tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 0, max: 255 }))
  .map(([tree, rest]) => Buffer.concat([treePrefix(tree), Buffer.of(rest)]));
const writes = fc.array(
  fc.record({ how: fc.constantFrom(...ways), key: keys, value: fc.string({ minLength: 1, maxLength: 12 }) }),
  { maxLength: 40 },
);
const fails = fc.nat(7).map((n) => n === 7);
const parts = fc.array(fc.record({ writes, fails }), { minLength: 1, maxLength: 4 });
const ranges = fc.record({
  lower: keys,
  upper: keys,
  isReverse: fc.boolean(),
  limit: fc.integer({ min: 1, max: 300 }),
});
const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('commit' as const), parts, fails }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('read' as const), range: ranges }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('hold', 'kill', 'close') }) },
  ),
  { minLength: 30, maxLength: 90, size: 'max' },
);

describe.each([
  ['the file', openFile],
  ['the buffered store', openBuffered],
])('%s', (_, open) => {
  test('is an ordered map with transactions in transactions, snapshots, and all that was committed after a kill', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        using dir = makeTempDir();
        const path = `${dir.path}/store.mdb`;
        let { kv, file } = open(path);
        let model: Model = new Map();
        let held: { snapshot: Snapshot; model: Model } | undefined;
        for (const step of all) {
          if (step.kind === 'commit') {
            model = commit(kv, model, step);
            expectFile(file, model);
          } else if (step.kind === 'read') {
            expectRange(kv, model, step.range);
            if (!held) continue;
            expectRange(held.snapshot, held.model, step.range);
            const { snapshot, model: then } = held;
            snapshot.during(() => expectRange(kv, then, step.range));
          } else {
            if (held) expectAll(held.snapshot, held.model);
            held?.snapshot.release();
            held = step.kind === 'hold' ? { snapshot: kv.snapshot(), model } : undefined;
            if (step.kind === 'hold') continue;
            await (step.kind === 'kill' ? file : kv).close();
            ({ kv, file } = open(path));
            expectAll(kv, model);
          }
        }
        held?.snapshot.release();
        await kv.close();
        // A file that was closed is one without anything to bring to its place.
        const closed = openFile(path);
        expectAll(closed.kv, model);
        await closed.kv.close();
      }),
      { numRuns: 15, endOnFailure: true },
    );
  }, 60_000);
});

test('a file with a journal has a format of its own, which older versions refuse; a closed one has none', async () => {
  using dir = makeTempDir();
  const { kv, file } = openBuffered(`${dir.path}/store.mdb`);
  kv.transaction(() => kv.putLater(treePrefix(1), Buffer.from('value')));
  const snapshot = file.snapshot();
  const formatOf = (from: KeyValueReader) => from.get(formatKey);
  const keysOf = (from: KeyValueReader) => Array.from(from.range(everyKey), ({ key }) => key);

  expect(formatOf(file)).toEqual(formats.journaled);
  expect(keysOf(file)).toEqual([journalKey(0), formatKey]);
  expect(formatOf(withJournal(snapshot))).toEqual(formats.plain);
  expect(keysOf(withJournal(snapshot))).toEqual([formatKey, treePrefix(1)]);
  snapshot.release();
  await kv.close();

  const closed = openFile(`${dir.path}/store.mdb`);
  expect(formatOf(closed.kv)).toEqual(formats.plain);
  expect(keysOf(closed.kv)).toEqual([formatKey, treePrefix(1)]);
  await closed.kv.close();
});

test.each([
  ['the file', (file: KeyValueStore) => file],
  ['the buffered store', (file: KeyValueStore) => new BufferedStore(file)],
])('%s counts a long range in parts', async (_, open) => {
  using dir = makeTempDir();
  const kv = open(openFile(`${dir.path}/store.mdb`).file);
  kv.transaction(() => {
    for (let i = 0; i < 5_000; i += 1)
      kv.putLater(Buffer.concat([treePrefix(2), treePrefix(i)]), Buffer.of(1));
  });

  const range = { lower: treePrefix(1), upper: treePrefix(3) };
  const end = kv.countableUpTo(range);
  expect(kv.countRange({ ...range, upper: end ?? range.upper })).toBeLessThan(5_000);
  expect(finish(countInSteps(kv, range, noDeadline))).toBe(5_000);
  await kv.close();
});

class Planned extends Error {}

function commit(
  kv: KeyValueStore,
  before: Model,
  step: { parts: { writes: Write[]; fails: boolean }[]; fails: boolean },
): Model {
  let after = before;
  const orFail = (work: () => void) => {
    try {
      kv.transaction(work);
    } catch (error) {
      if (!(error instanceof Planned)) throw error;
      return false;
    }
    return true;
  };
  const isKept = orFail(() => {
    for (const part of step.parts) {
      const inside = new Map(after);
      const isPartKept = orFail(() => {
        for (const each of part.writes) apply(kv, inside, each);
        if (part.fails) throw new Planned();
      });
      if (isPartKept) after = inside;
    }
    expectAll(kv, after);
    if (step.fails) throw new Planned();
  });
  return isKept ? after : before;
}

function apply(kv: KeyValueStore, model: Model, { how, key, value }: Write): void {
  const isPut = how === 'put' || how === 'putLater';
  if (isPut) kv[how](key, Buffer.from(value));
  else kv[how](key);
  if (isPut) model.set(key.toString('latin1'), value);
  else model.delete(key.toString('latin1'));
  if (kv.has(key) !== isPut) expect.fail(`has() does not know of what ${how}() did`);
}

/** As another process reads it. */
function expectFile(file: KeyValueStore, model: Model): void {
  const snapshot = file.snapshot();
  expectAll(withJournal(snapshot), model);
  snapshot.release();
}

const everything = { lower: treePrefix(1), upper: treePrefix(4) };

function expectAll(kv: KeyValueReader, model: Model): void {
  expectRange(kv, model, everything);
  const found = Array.from(model.keys(), (key) => kv.get(Buffer.from(key, 'latin1'))?.toString());
  expect(found).toEqual([...model.values()]);
}

function expectRange(kv: KeyValueReader, model: Model, range: KeyRange): void {
  const { lower, upper, isReverse, limit = model.size + 1 } = range;
  const [low, high] = [lower.toString('latin1'), upper.toString('latin1')];
  const inside = [...model].filter(([key]) => key >= low && key < high).sort(([a], [b]) => (a < b ? -1 : 1));
  const expected = (isReverse ? inside.toReversed() : inside).slice(0, limit);
  const found = Array.from(kv.range(range), ({ key, value }) => [key.toString('latin1'), value.toString()]);
  expect(found).toEqual(expected);
  expect(kv.countRange({ lower, upper })).toBe(inside.length);
}
