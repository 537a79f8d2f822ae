import { createConnection, Schema, Types } from 'mongoose';
import { expect, test } from 'vitest';
import { startTestServer } from './test-server.ts';

const userSchema = new Schema(
  {
    name: String,
    email: { type: String, unique: true },
    visits: { type: Number, default: 0 },
    tags: [String],
  },
  { timestamps: true },
);
const messageSchema = new Schema({
  chat: Types.ObjectId,
  seq: Number,
  text: String,
  author: { type: Types.ObjectId, ref: 'User' },
})
  .index({ chat: 1, seq: -1 })
  .index({ chat: 1, text: 1 }, { unique: true, sparse: true });

async function connectModels() {
  const server = await startTestServer();
  const connection = await createConnection(server.uri, { dbName: 'app' }).asPromise();
  const User = connection.model('User', userSchema);
  const Message = connection.model('Message', messageSchema);
  await Promise.all([User.init(), Message.init()]);
  return {
    User,
    Message,
    async [Symbol.asyncDispose]() {
      await connection.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

test('gives mongoose the duplicate key it expects', async () => {
  await using models = await connectModels();
  await models.User.create({ name: 'alice', email: 'alice@example.test' });

  const again = models.User.create({ name: 'bob', email: 'alice@example.test' });

  await expect(again).rejects.toMatchObject({
    code: 11000,
    keyPattern: { email: 1 },
    keyValue: { email: 'alice@example.test' },
    message: expect.stringContaining('index: email_1 dup key: { email: "alice@example.test" }'),
  });
});

test('pages, counts, iterates and explains', async () => {
  await using models = await connectModels();
  const chat = new Types.ObjectId();
  await models.Message.insertMany(
    Array.from({ length: 120 }, (_, seq) => ({ chat, seq, text: `text ${seq}` })),
  );

  const page = await models.Message.find({ chat }).sort({ seq: -1 }).skip(10).limit(5).lean();
  const seen: number[] = [];
  for await (const { seq } of models.Message.find({ chat }).sort({ seq: 1 }).batchSize(7).cursor())
    seen.push(seq ?? -1);

  expect(page.map(({ seq }) => seq)).toEqual([109, 108, 107, 106, 105]);
  expect(seen).toEqual(Array.from({ length: 120 }, (_, seq) => seq));
  expect(await models.Message.countDocuments({ chat, seq: { $gte: 100 } })).toBe(20);
  expect(await models.Message.estimatedDocumentCount()).toBe(120);
  expect(await models.Message.distinct('chat')).toEqual([chat]);
});

test('updates, upserts, saves with versions and populates', async () => {
  await using models = await connectModels();
  const alice = await models.User.create({ name: 'alice', email: 'a@example.test', tags: ['x'] });
  await models.Message.create({ chat: alice._id, seq: 1, text: 'hello', author: alice._id });

  const upserted = await models.User.findOneAndUpdate(
    { email: 'b@example.test' },
    { $inc: { visits: 2 }, $setOnInsert: { name: 'bob' } },
    { upsert: true, returnDocument: 'after' },
  );
  alice.tags.push('y');
  await alice.save();
  const message = await models.Message.findOne({ text: 'hello' }).populate('author').lean();
  const { modifiedCount } = await models.User.updateMany(
    { tags: 'x' },
    { $set: { 'tags.$[tag]': 'z' } },
    { arrayFilters: [{ tag: 'x' }] },
  );
  const { deletedCount } = await models.User.deleteOne({ email: 'b@example.test' });

  expect(upserted).toMatchObject({ name: 'bob', visits: 2 });
  expect(message?.author).toMatchObject({ name: 'alice' });
  expect(modifiedCount).toBe(1);
  expect(deletedCount).toBe(1);
  expect(await models.User.findById(alice._id).lean()).toMatchObject({ tags: ['z', 'y'], __v: 1 });
});

test('writes in bulk and aggregates', async () => {
  await using models = await connectModels();
  const chat = new Types.ObjectId();

  const result = await models.Message.bulkWrite([
    { insertOne: { document: { chat, seq: 1, text: 'one' } } },
    { insertOne: { document: { chat, seq: 2, text: 'two' } } },
    { updateOne: { filter: { seq: 1 }, update: { $set: { text: 'eins' } } } },
    { deleteOne: { filter: { seq: 2 } } },
  ]);
  const groups = await models.Message.aggregate([{ $group: { _id: '$chat', texts: { $push: '$text' } } }]);

  expect(result).toMatchObject({ insertedCount: 2, modifiedCount: 1, deletedCount: 1 });
  expect(groups).toEqual([{ _id: chat, texts: ['eins'] }]);
});

test('keeps indexes in step with the schema', async () => {
  await using models = await connectModels();
  await models.User.collection.createIndex({ name: 1 });

  expect(await models.User.syncIndexes()).toEqual(['name_1']);
  expect(await models.User.listIndexes()).toMatchObject([
    { key: { _id: 1 } },
    { key: { email: 1 }, unique: true },
  ]);
});

test('sorts and finds by a collation although there is an index without it', async () => {
  await using models = await connectModels();
  const names = ['b', 'A', 'a', 'B', 'c'];
  await models.User.insertMany(names.map((name, i) => ({ name, email: `${name}${i}` })));
  await models.User.collection.createIndex({ name: 1 });
  const collation = { locale: 'en', strength: 2 };

  const sorted = await models.User.find().sort({ name: 1, email: 1 }).collation(collation).lean();
  const found = await models.User.find({ name: 'B' }).collation(collation).lean();

  expect(sorted.map(({ name }) => name?.toLowerCase()).join('')).toBe('aabbc');
  expect(new Set(found.map(({ name }) => name))).toEqual(new Set(['B', 'b']));
});
