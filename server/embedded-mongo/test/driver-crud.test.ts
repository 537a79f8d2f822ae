import { Decimal128, type Document, Double, Int32, Long, UUID } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { startTestServer } from './test-server.ts';

type Item = Document & { _id: number };

async function startWith(documents: Item[]) {
  const server = await startTestServer();
  const items = server.db.collection<Item>('items');
  if (documents.length > 0) await items.insertMany(documents);
  return { ...server, items };
}

describe('a driver', () => {
  it('gets every type back as it was, also from a document that was updated', async () => {
    await using server = await startWith([]);
    const values = {
      long: Long.fromString('9007199254740993'),
      five: new Double(5),
      int: new Int32(5),
      money: Decimal128.fromString('1.10'),
      uuid: new UUID(),
    };
    const exact = server.db.collection<Item>('items', { promoteValues: false });
    await exact.insertOne({ _id: 1, ...values });
    await exact.updateOne({ _id: 1 }, { $set: { touched: true } });
    const found = await exact.findOne({ _id: 1 }, { projection: { _id: 0, touched: 0 } });
    expect(found).toEqual({ ...values, uuid: values.uuid.toBinary() });
  });

  it('updates the array element that its filter matched, and shows it', async () => {
    await using server = await startWith([
      {
        _id: 1,
        votes: [
          { by: 'a', n: 1 },
          { by: 'b', n: 1 },
        ],
      },
    ]);
    const before = await server.items.findOneAndUpdate(
      { 'votes.by': 'b' },
      { $inc: { 'votes.$.n': 5 } },
      { projection: { 'votes.$': 1 } },
    );
    expect(before).toEqual({ _id: 1, votes: [{ by: 'b', n: 1 }] });
    expect(await server.items.findOne({ 'votes.n': 6 }, { projection: { 'votes.$': 1 } })).toEqual({
      _id: 1,
      votes: [{ by: 'b', n: 6 }],
    });
  });

  it('counts up one number for all, starting where there is none', async () => {
    await using server = await startWith([]);
    const next = () =>
      server.items.findOneAndUpdate(
        { _id: 7 },
        { $inc: { seq: 1 }, $setOnInsert: { made: true } },
        { upsert: true, returnDocument: 'after' },
      );
    const answers = await Promise.all(Array.from({ length: 20 }, next));
    const numbers = new Set(answers.map((answer) => answer?.['seq']));
    expect(numbers).toEqual(new Set(Array.from({ length: 20 }, (_, at) => at + 1)));
  });

  it('is told the key that is there already, and nothing of it is stored', async () => {
    await using server = await startWith([{ _id: 1, chat: 1, clientId: 'x' }]);
    await server.items.createIndex({ chat: 1, clientId: 1 }, { unique: true });
    const again = server.items.insertOne({ _id: 2, chat: 1, clientId: 'x' });
    await expect(again).rejects.toMatchObject({
      code: 11000,
      keyPattern: { chat: 1, clientId: 1 },
      keyValue: { chat: 1, clientId: 'x' },
    });
    expect(await server.items.countDocuments()).toBe(1);
  });

  it('finds by a collation what differs in case alone', async () => {
    await using server = await startWith([
      { _id: 1, name: 'Alice' },
      { _id: 2, name: 'bob' },
    ]);
    const collation = { locale: 'en', strength: 2 };
    expect(await server.items.find({ name: 'ALICE' }, { collation }).toArray()).toHaveLength(1);
    expect(await server.items.distinct('name', {}, { collation })).toEqual(['Alice', 'bob']);
    await expect(server.items.find({}, { collation: { locale: 'nowhere' } }).toArray()).rejects.toMatchObject(
      { code: 2 },
    );
  });

  it('joins, groups and merges in pipelines', async () => {
    await using server = await startWith([
      { _id: 1, by: 'a' },
      { _id: 2, by: 'b' },
      { _id: 3, by: 'a' },
    ]);
    await server.db.collection<{ _id: string }>('people').insertMany([{ _id: 'a' }, { _id: 'b' }]);
    const pipeline = [
      { $lookup: { from: 'people', localField: 'by', foreignField: '_id', as: 'person' } },
      { $unwind: '$person' },
      { $group: { _id: '$person._id', n: { $sum: 1 } } },
    ];
    await server.items.aggregate([...pipeline, { $merge: 'totals' }]).toArray();
    await server.items.aggregate([...pipeline, { $merge: 'totals' }]).toArray();
    expect(await server.db.collection('totals').find().sort({ _id: 1 }).toArray()).toEqual([
      { _id: 'a', n: 2 },
      { _id: 'b', n: 1 },
    ]);
  });

  it('reads a view and cannot write to it', async () => {
    await using server = await startWith([
      { _id: 1, n: 1 },
      { _id: 2, n: 2 },
    ]);
    const big = await server.db.createCollection<Item>('big', {
      viewOn: 'items',
      pipeline: [{ $match: { n: { $gt: 1 } } }],
    });
    expect(await big.find({}, { projection: { _id: 0 } }).toArray()).toEqual([{ n: 2 }]);
    expect([await big.countDocuments(), await big.estimatedDocumentCount(), await big.distinct('n')]).toEqual(
      [1, 1, [2]],
    );
    await expect(big.insertOne({ _id: 3 })).rejects.toMatchObject({ code: 166 });
    await expect(big.updateMany({}, { $set: { n: 1 } })).rejects.toMatchObject({ code: 166 });
  });

  it('is refused what a validator does not match, unless it bypasses it', async () => {
    await using server = await startWith([]);
    const checked = await server.db.createCollection<Item>('checked', {
      validator: { n: { $type: 'number' } },
    });
    await checked.insertOne({ _id: 1, n: 1 });
    await expect(checked.insertOne({ _id: 2, n: 'x' })).rejects.toMatchObject({
      code: 121,
      errInfo: { failingDocumentId: 2, details: { operatorName: '$type' } },
    });
    await expect(checked.updateOne({ _id: 1 }, { $unset: { n: '' } })).rejects.toMatchObject({ code: 121 });
    await checked.insertOne({ _id: 2, n: 'x' }, { bypassDocumentValidation: true });
    await server.db.command({ collMod: 'checked', validationLevel: 'off' });
    await checked.insertOne({ _id: 3 });
    expect(await checked.countDocuments()).toBe(3);
  });

  it.each<[id: unknown, code: number]>([
    [[1], 53],
    [/x/, 53],
    [{ $a: 1 }, 52],
    [{ a: { $b: 1 } }, 52],
  ])('cannot insert the _id %j', async (id, code) => {
    await using server = await startWith([]);
    await expect(server.db.collection('any').insertOne({ _id: id as never })).rejects.toMatchObject({ code });
  });

  it('is told of what the server does not have', async () => {
    await using server = await startWith([{ _id: 1 }]);
    const { items, db } = server;
    await expect(items.find({ $where: 'true' }).toArray()).rejects.toMatchObject({ code: 2 });
    await expect(items.find({ $text: { $search: 'x' } }).toArray()).rejects.toMatchObject({ code: 27 });
    await expect(items.aggregate([{ $densify: {} }]).toArray()).rejects.toMatchObject({ code: 115 });
    await expect(db.createCollection('c', { capped: true, size: 1 })).rejects.toMatchObject({ code: 115 });
    await expect(db.createCollection('c', { collation: { locale: 'en' } })).rejects.toMatchObject({
      code: 40415,
    });
  });
});
