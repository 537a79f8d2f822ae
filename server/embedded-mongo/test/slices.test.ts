import { expect, test } from 'vitest';
import { fsck } from '../src/tools/fsck.ts';
import { makeTempDir, startTestServer } from './test-server.ts';

type Thing = { _id: number; kind: number; tags?: number[] };

/** A server that pauses after every few documents, with some to work on. */
async function startWithThings(count: number) {
  const server = await startTestServer({ sliceMs: 0 });
  const things = server.db.collection<Thing>('things');
  await things.insertMany(Array.from({ length: count }, (_, _id) => ({ _id, kind: _id % 10 })));
  return { server, things };
}

/** What others get meanwhile, asked again and again until the work is done. */
async function meanwhile<T>(work: Promise<unknown>, ask: () => Promise<T>): Promise<T[]> {
  const seen: T[] = [];
  let isOver = false;
  const ended = work.finally(() => {
    isOver = true;
  });
  while (!isOver) seen.push(await ask());
  await ended;
  return seen;
}

test('makes an index while others read and write, who do not know it before it is whole', async () => {
  const { server, things } = await startWithThings(3_000);
  await using _ = server;
  const change = async (at: number) => {
    await things.insertOne({ _id: 10_000 + at, kind: at, tags: [at, -1] });
    await things.updateOne({ _id: at * 7 }, { $set: { kind: 100 + at, tags: [1, 2] } });
    await things.deleteOne({ _id: at * 11 + 1 });
  };
  let at = 0;

  const names = await meanwhile(things.createIndex({ kind: 1, tags: 1 }), async () => {
    await change(at++);
    return (await things.indexes()).map(({ name }) => name).join();
  });

  expect(names.length).toBeGreaterThan(10);
  expect(new Set(names.slice(0, -1))).toEqual(new Set(['_id_']));
  expect(await server.db.command({ validate: 'things' })).toMatchObject({ valid: true, nIndexes: 2 });
  expect(await things.countDocuments({ kind: 3 })).toBe(
    (await things.find().toArray()).filter(({ kind }) => kind === 3).length,
  );
});

test('fails to make a unique index for what was written meanwhile, and leaves nothing of it', async () => {
  const { server, things } = await startWithThings(1_000);
  await using _ = server;
  await things.updateMany({}, [{ $set: { kind: '$_id' } }]);

  const making = things.createIndex({ kind: 1 }, { unique: true });
  await Promise.all([
    expect(making).rejects.toMatchObject({ code: 11000 }),
    things.insertOne({ _id: -1, kind: 5 }),
  ]);

  expect(await things.indexes()).toHaveLength(1);
  await things.insertOne({ _id: -2, kind: 5 });
  while (server.engine.catalog.discardedTrees().length > 0) await things.findOne();
  expect(await fsck(server.dataDir, () => undefined)).toBe(true);
});

test('gives an index up when its collection is dropped, and the names to the next', async () => {
  const { server, things } = await startWithThings(1_000);
  await using _ = server;
  const making = things.createIndex({ kind: 1 });

  await Promise.all([expect(making).rejects.toMatchObject({ code: 276 }), things.drop()]);
  await things.insertOne({ _id: 1, kind: 1 });

  expect(await things.indexes()).toHaveLength(1);
});

test('makes an index once when two ask for it', async () => {
  const { server, things } = await startWithThings(500);
  await using _ = server;

  await Promise.all([things.createIndex({ kind: 1 }), things.createIndex({ kind: 1 })]);

  expect(await things.indexes()).toHaveLength(2);
});

test('forgets an index that was not ready when the server went', async () => {
  using dir = makeTempDir();
  const first = await startTestServer({ sliceMs: 0, dataDir: dir.path });
  const things = first.db.collection<Thing>('things');
  await things.insertMany(Array.from({ length: 1_000 }, (_, _id) => ({ _id, kind: _id })));
  const making = things.createIndex({ kind: 1 }).catch(() => undefined);
  await things.findOne();
  await first[Symbol.asyncDispose]();
  await making;

  await using again = await startTestServer({ dataDir: dir.path });
  while (again.engine.catalog.discardedTrees().length > 0) await again.db.command({ ping: 1 });
  expect(await again.db.collection('things').indexes()).toHaveLength(1);
  expect(await fsck(dir.path, () => undefined)).toBe(true);
});

test('changes up to a thousand documents at once, and more in slices that are each whole', async () => {
  const { server, things } = await startWithThings(3_000);
  await using _ = server;
  const changed = () => things.countDocuments({ kind: { $gte: 100 } });

  const few = await meanwhile(things.updateMany({ _id: { $lt: 1_000 } }, { $inc: { kind: 100 } }), changed);
  await things.updateMany({}, { $set: { kind: 0 } });
  const many = await meanwhile(things.updateMany({}, { $inc: { kind: 100 } }), changed);
  const left = await meanwhile(things.deleteMany({ kind: 100 }), () => things.countDocuments());

  expect(new Set([...few, 0, 1_000])).toEqual(new Set([0, 1_000]));
  expect(many.some((count) => count > 0 && count < 3_000)).toBe(true);
  expect(left.some((count) => count > 0 && count < 3_000)).toBe(true);
  expect(await things.countDocuments()).toBe(0);
});

test('gives each job to one of many who look for it slowly', async () => {
  const { server, things } = await startWithThings(300);
  await using _ = server;
  await things.updateMany({}, { $set: { kind: 1 } });
  await things.updateMany({ _id: { $gte: 290 } }, { $set: { kind: 0 } });
  const take = () => things.findOneAndUpdate({ kind: 0 }, { $set: { kind: 2 } }, { sort: { kind: 1 } });

  const taken = await Promise.all(Array.from({ length: 12 }, take));

  const ids = taken.flatMap((found) => (found ? [found._id] : []));
  expect(ids.sort((a, b) => a - b)).toEqual([290, 291, 292, 293, 294, 295, 296, 297, 298, 299]);
});

test('shows what $out replaces until the new documents are all there', async () => {
  const { server, things } = await startWithThings(2_000);
  await using _ = server;
  const target = server.db.collection('target');
  await target.createIndex({ kind: 1 });
  await target.insertMany([{ kind: -1 }, { kind: -1 }]);

  const counts = await meanwhile(things.aggregate([{ $out: 'target' }]).toArray(), () =>
    target.countDocuments(),
  );

  expect(new Set([...counts, 2, 2_000])).toEqual(new Set([2, 2_000]));
  expect(await server.db.command({ validate: 'target' })).toMatchObject({ valid: true, nIndexes: 2 });
});

test.each([
  ['find', (things: Things) => things.find({ kind: -1 }).toArray()],
  ['count', (things: Things) => things.countDocuments({ kind: -1 })],
  ['distinct', (things: Things) => things.distinct('_id')],
  ['sort', (things: Things) => things.find().sort({ kind: 1 }).toArray()],
  ['$group', (things: Things) => things.aggregate([{ $group: { _id: '$_id' } }, { $count: 'n' }]).toArray()],
  ['validate', (_: Things, { server }: Started) => server.db.command({ validate: 'things' })],
])('answers others during a long %s', async (_, work) => {
  const started = await startWithThings(2_000);
  await using __ = started.server;

  const seen = await meanwhile(work(started.things, started), () => started.things.findOne({ _id: 5 }));

  expect(seen.length).toBeGreaterThan(3);
});

type Started = Awaited<ReturnType<typeof startWithThings>>;
type Things = Started['things'];

test('has room for hundreds of long reads at once', async () => {
  const { server, things } = await startWithThings(200);
  await using _ = server;
  const reads = Array.from({ length: 300 }, () => things.distinct('_id'));
  for (let _id = 1_000; _id < 1_020; _id++) await things.insertOne({ _id, kind: 0 });

  const lengths = (await Promise.all(reads)).map(({ length }) => length);

  expect(lengths.every((length) => length >= 200 && length <= 220)).toBe(true);
});

test('refuses what would need too much memory', async () => {
  const { server, things } = await startWithThings(1);
  await using _ = server;
  const large = server.db.collection<{ _id: number; text: string }>('large');
  for (let _id = 0; _id < 11; _id++) await large.insertOne({ _id, text: 'x'.repeat(10 * 1024 * 1024) });
  const all = { $group: { _id: null, all: { $push: '$$ROOT' } } };

  await expect(large.aggregate([all]).toArray()).rejects.toMatchObject({ code: 146 });
  await expect(large.distinct('text')).resolves.toHaveLength(1);
  expect(await things.countDocuments()).toBe(1);
});
