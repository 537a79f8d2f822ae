import { expect, test } from 'vitest';
import { backUp } from '../src/tools/backup.ts';
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
  const { server, things } = await startWithThings(1_000);
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

test('shows the state before a large statement until it is complete, and then that after it', async () => {
  const { server, things } = await startWithThings(1_100);
  await using _ = server;
  await things.createIndex({ kind: 1 });
  const look = async () => [
    (await things.findOne({ _id: 0 }))?.kind,
    (await things.findOne({ kind: 9 }, { sort: { _id: -1 } }))?._id,
    (await things.findOne({ kind: 109 }))?._id,
  ];
  const lookAll = async () => [
    await things.countDocuments({ kind: { $gte: 100 } }),
    (await things.find({ kind: { $lt: 100 } }).toArray()).length,
    await things.countDocuments({ _id: { $gte: 0 }, kind: { $mod: [1_000, 103] } }),
    await things.countDocuments(),
  ];

  const updated = await meanwhile(things.updateMany({}, { $inc: { kind: 100 } }), look);
  const settling = await lookAll();
  expect(await server.db.command({ validate: 'things' })).toMatchObject({ valid: true, nrecords: 1_100 });
  const deleted = await meanwhile(things.deleteMany({ kind: { $ne: 103 } }), () => things.countDocuments());

  expect(updated.length).toBeGreaterThan(1);
  for (const state of updated.slice(0, -1)) expect(state).toEqual([0, 1_099, undefined]);
  expect(settling).toEqual([1_100, 0, 110, 1_100]);
  expect(new Set([...deleted, 110])).toEqual(new Set([1_100, 110]));
  expect(await things.find().toArray()).toHaveLength(110);
  while (server.engine.catalog.unsettled().length > 0) await things.findOne();
  expect(await things.countDocuments({ kind: 103 })).toBe(110);
  expect(await server.db.command({ validate: 'things' })).toMatchObject({ valid: true, nrecords: 110 });
});

test('keeps what others write during a large statement, which changes it if it still matches', async () => {
  const { server, things } = await startWithThings(1_100);
  await using _ = server;
  await things.createIndex({ tags: 1 });
  const rounds: number[] = [];

  const work = things.updateMany({ kind: { $lt: 10 } }, { $inc: { kind: 100 }, $set: { tags: [1] } });
  await meanwhile(work, async () => {
    const _id = rounds.length * 8;
    await things.updateOne({ _id }, { $set: { kind: 5 } });
    await things.updateOne({ _id: _id + 1 }, { $set: { kind: 50 } });
    await things.replaceOne({ _id: _id + 2 }, { kind: 6 });
    await things.deleteOne({ _id: _id + 3 });
    rounds.push(_id);
  });

  const ended = new Set(rounds.slice(0, -1));
  const found = await things.find({}, { sort: { _id: 1 } }).toArray();
  const kinds = found.filter(({ _id }) => ended.has(_id - (_id % 8))).map(({ _id, kind }) => [_id % 8, kind]);
  expect(ended.size).toBeGreaterThan(1);
  expect(new Set(kinds.filter(([at]) => at === 0).map(String))).toEqual(new Set(['0,105']));
  expect(new Set(kinds.filter(([at]) => at === 2).map(String))).toEqual(new Set(['2,106']));
  expect(kinds.filter(([at, kind]) => at === 3 || (at === 1 && kind !== 50 && kind !== 150))).toEqual([]);
  while (server.engine.catalog.unsettled().length > 0) await things.findOne();
  expect(await server.db.command({ validate: 'things' })).toMatchObject({ valid: true });
  expect(await things.countDocuments({ tags: 1 })).toBe(found.filter(({ tags }) => tags).length);
});

test('changes nothing when one of many changes is refused', async () => {
  const { server, things } = await startWithThings(1_100);
  await using _ = server;
  await things.createIndex({ tags: 1 }, { unique: true, sparse: true });
  const refused = things.updateMany({}, [
    { $set: { kind: 77, tags: { $cond: [{ $gte: ['$_id', 1_090] }, 1, '$_id'] } } },
  ]);

  await expect(refused).rejects.toMatchObject({ code: 11000 });

  expect(await things.countDocuments({ kind: 77 })).toBe(0);
  await things.updateOne({ _id: 5 }, { $set: { tags: [6] } });
  while (server.engine.catalog.unsettled().length > 0) await things.findOne();
  expect(await things.countDocuments({ tags: { $exists: true } })).toBe(1);
  expect(await server.db.command({ validate: 'things' })).toMatchObject({ valid: true });
});

test('is killed during a large statement as if before it, and after its end as if it had settled', async () => {
  using dir = makeTempDir();
  const { server, things } = await startWithThings(1_100);
  await using _ = server;
  await things.createIndex({ kind: 1 });
  const copies = [`${dir.path}/during`, `${dir.path}/after`] as const;

  const work = things.updateMany({}, { $inc: { kind: 100 } });
  while (server.engine.catalog.list()[0]?.isStaging !== true) await server.db.command({ ping: 1 });
  await backUp(server.dataDir, copies[0]);
  await work;
  await backUp(server.dataDir, copies[1]);

  for (const [at, dataDir] of copies.entries()) {
    await using copy = await startTestServer({ dataDir });
    expect(await copy.db.collection('things').countDocuments({ kind: { $gte: 100 } })).toBe([0, 1_100][at]);
    while (copy.engine.catalog.unsettled().length > 0) await copy.db.command({ ping: 1 });
    expect(await copy.db.command({ validate: 'things' })).toMatchObject({ valid: true, nrecords: 1_100 });
    expect(await copy.db.collection('things').countDocuments({ kind: { $gte: 100 } })).toBe([0, 1_100][at]);
  }
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
  const { server, things } = await startWithThings(600);
  await using _ = server;
  const target = server.db.collection('target');
  await target.createIndex({ kind: 1 });
  await target.insertMany([{ kind: -1 }, { kind: -1 }]);

  const counts = await meanwhile(things.aggregate([{ $out: 'target' }]).toArray(), () =>
    target.countDocuments(),
  );

  expect(new Set([...counts, 2, 600])).toEqual(new Set([2, 600]));
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
  const started = await startWithThings(500);
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
