import { Long } from 'mongodb';
import { expect, test } from 'vitest';
import { startTestServer } from './test-server.ts';

test('refuses what it does not have with the code of MongoDB', async () => {
  await using server = await startTestServer();
  const { db, client } = server;
  await db.createCollection('things');
  const refused = (command: object, code: number) =>
    expect(db.command(command)).rejects.toMatchObject({ code });

  await refused({ frobnicate: 1 }, 59);
  await refused({ find: 'things', frobnicate: 1 }, 40415);
  await refused({ find: 'things', filter: 'x' }, 14);
  await refused({ find: 'things', filter: { a: { $frobnicate: 1 } } }, 2);
  await refused({ find: 'things', tailable: true }, 40415);
  await refused({ find: 'things', hint: 'nothing' }, 2);
  await refused({ find: 'things', limit: -1 }, 51024);
  await refused({ create: 'things' }, 48);
  await refused({ create: 'capped', capped: true, size: 1000 }, 115);
  await refused({ create: 'measured', timeseries: { timeField: 'at' } }, 40415);
  await refused({ listIndexes: 'nothing' }, 26);
  await refused({ dropIndexes: 'things', index: 'nothing' }, 27);
  await refused({ dropIndexes: 'things', index: '_id_' }, 72);
  await refused({ getMore: Long.fromNumber(1), collection: 'things' }, 43);
  await refused({ listDatabases: 1 }, 13);
  await refused({ insert: 'things', documents: [] }, 16);
  await refused({ insert: 'things', documents: [{ a: 1 }], txnNumber: Long.fromNumber(1) }, 20);
  await refused({ aggregate: 'things', pipeline: [] }, 9);
  await refused({ aggregate: 'things', pipeline: [{ $changeStream: {} }], cursor: {} }, 40573);
  await expect(
    client.withSession((session) =>
      session.withTransaction(() => db.collection('x').insertOne({}, { session })),
    ),
  ).rejects.toMatchObject({ originalError: { code: 20 } });
});

test('refuses indexes it cannot keep', async () => {
  await using server = await startTestServer();
  const things = server.db.collection('things');
  await things.createIndex({ a: 1 }, { name: 'first' });
  const create = (key: object, options: object) =>
    server.db.command({ createIndexes: 'things', indexes: [{ key, ...options }] });

  await expect(create({ a: 'text' }, { name: 't' })).rejects.toMatchObject({ code: 67 });
  await expect(create({ a: '2dsphere' }, { name: 't' })).rejects.toMatchObject({ code: 67 });
  await expect(create({ b: 1 }, { name: 't', collation: { locale: 'en' } })).rejects.toMatchObject({
    code: 67,
  });
  await expect(create({ b: 1, c: 1 }, { name: 't', expireAfterSeconds: 1 })).rejects.toMatchObject({
    code: 67,
  });
  await expect(create({ b: 1 }, { name: 't', sparse: 'yes' })).rejects.toMatchObject({ code: 14 });
  await expect(create({ b: 1 }, { name: 'first' })).rejects.toMatchObject({ code: 86 });
  await expect(create({ a: 1 }, { name: 'second' })).rejects.toMatchObject({ code: 85 });
  await expect(create({ a: 1 }, { name: 'first' })).resolves.toMatchObject({
    note: 'all indexes already exist',
  });
});

test('refuses partial indexes by conditions that no query can imply', async () => {
  await using server = await startTestServer();
  const create = (partialFilterExpression: object, options = {}) =>
    server.db.command({
      createIndexes: 'things',
      indexes: [{ key: { a: 1 }, name: 'a_1', partialFilterExpression, ...options }],
    });

  for (const filter of [
    { a: { $ne: 1 } },
    { a: { $not: { $gt: 1 } } },
    { a: { $nin: [1] } },
    { a: { $exists: false } },
    { a: /x/ },
    { a: { $in: [/x/] } },
    { a: { $gt: 1, $size: 1 } },
    { $nor: [{ a: 1 }] },
    { $expr: { $gt: ['$a', 1] } },
    { $and: [{ a: 1 }, { $or: [{ b: { $ne: 1 } }] }] },
  ])
    await expect(create(filter), JSON.stringify(filter)).rejects.toMatchObject({ code: 67 });
  await expect(create({ a: 1 }, { sparse: true })).rejects.toMatchObject({ code: 67 });
  await expect(
    create({ $or: [{ a: { $type: 'string' } }, { b: { $exists: true }, c: { $in: [1, 2] } }] }),
  ).resolves.toMatchObject({ ok: 1 });
});

test('reports each failed statement with its index and keeps the others', async () => {
  await using server = await startTestServer();
  const documents = [{ _id: 1 }, { _id: 1 }, { _id: 2 }];

  const ordered = await server.db.command({ insert: 'ordered', documents });
  const unordered = await server.db.command({ insert: 'unordered', documents, ordered: false });

  const writeErrors = [{ index: 1, code: 11000, keyPattern: { _id: 1 }, keyValue: { _id: 1 } }];
  expect(ordered).toMatchObject({ n: 1, writeErrors, ok: 1 });
  expect(unordered).toMatchObject({ n: 2, writeErrors, ok: 1 });
});

test('stores nothing of a unique index that its documents contradict', async () => {
  await using server = await startTestServer();
  const things = server.db.collection('things');
  await things.insertMany([{ a: 1 }, { a: 1 }]);

  await expect(things.createIndex({ a: 1 }, { unique: true })).rejects.toMatchObject({ code: 11000 });

  expect(await things.indexes()).toHaveLength(1);
  expect(await server.db.command({ validate: 'things' })).toMatchObject({ valid: true });
});

test('refuses documents above 16 MiB and takes those just below', async () => {
  await using server = await startTestServer();
  const things = server.db.collection<{ _id: number; text: string }>('things');
  const room = 16 * 1024 * 1024 - 100;
  await things.insertOne({ _id: 1, text: 'x'.repeat(room) });

  const grow = (bytes: number) => things.updateOne({ _id: 1 }, { $set: { more: 'y'.repeat(bytes) } });

  await expect(grow(200)).rejects.toMatchObject({ code: 10334 });
  await expect(grow(15_000_000)).rejects.toMatchObject({ code: 10334 });
  expect((await things.findOne({ _id: 1 }))?.text).toHaveLength(room);
});
