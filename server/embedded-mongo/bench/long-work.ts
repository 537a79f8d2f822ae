import { type Collection, MongoClient } from 'mongodb';
import { makeMessage, namespace } from './data.ts';
import { ObjectId } from 'bson';

type Work = (messages: Collection) => Promise<unknown>;

/** What others may have the store do meanwhile, in an order in which each finds what it needs. */
const works: Readonly<Record<string, Work>> = {
  nothing: () => wait(5_000),
  '50 greedy readers': (messages) => many(50, () => read(messages, 1_000)),
  '50 readers of pages': (messages) => many(50, () => read(messages, 50)),
  '10 writers of thousands': (messages) => many(10, () => insert(messages, 1_000)),
  'insertMany of 100,000': (messages) => insert(messages, 100_000),
  'find with a scan': (messages) => messages.find({ likes: 1 }).toArray(),
  'find, batches of 16 MiB': (messages) => messages.find({}, { raw: true, batchSize: 1_000_000 }).toArray(),
  'sort without an index': (messages) => messages.find().sort({ changedAt: -1 }).limit(10).toArray(),
  'count by a filter': (messages) => messages.countDocuments({ likes: 1 }),
  'count by an index': (messages) => messages.countDocuments({ seq: { $gte: 0 }, chat: { $exists: true } }),
  'distinct of few': (messages) => messages.distinct('likes'),
  'distinct of as many': (messages) => messages.distinct('seq'),
  '$group into few': (messages) =>
    messages.aggregate([{ $group: { _id: '$chat', n: { $sum: 1 } } }]).toArray(),
  '$group and $push': (messages) =>
    messages.aggregate([{ $group: { _id: null, all: { $push: '$$ROOT' } } }]).toArray(),
  '$group into as many': (messages) =>
    messages.aggregate([{ $group: { _id: '$clientId' } }, { $count: 'n' }]).toArray(),
  '$sort and $group': (messages) =>
    messages
      .aggregate([{ $limit: 100_000 }, { $sort: { text: 1 } }, { $group: { _id: '$sender' } }, { $limit: 1 }])
      .toArray(),
  '$lookup by an index': (messages) =>
    messages
      .aggregate([
        { $limit: 20_000 },
        { $lookup: { from: namespace.name, localField: '_id', foreignField: '_id', as: 'same' } },
        { $count: 'n' },
      ])
      .toArray(),
  '$lookup of one big chat': (messages) =>
    messages
      .aggregate([
        { $limit: 1 },
        { $lookup: { from: namespace.name, localField: 'chat', foreignField: 'chat', as: 'all' } },
        { $count: 'n' },
      ])
      .toArray(),
  createIndex: (messages) => messages.createIndex({ text: 1 }),
  'unique createIndex': (messages) => messages.createIndex({ clientId: 1 }, { unique: true }),
  listIndexes: (messages) => many(1, () => messages.indexes()),
  'updateMany, no index': (messages) => messages.updateMany({}, { $set: { read: true } }),
  'updateMany, an index': (messages) => messages.updateMany({}, { $inc: { rev: 1_000_000_000 } }),
  $out: (messages) => messages.aggregate([{ $out: 'copy' }]).toArray(),
  'deleteMany of half': (messages) => messages.deleteMany({ likes: 0, seq: { $mod: [2, 1] } }),
  drop: (messages) => messages.drop(),
};

export const workNames = Object.keys(works);

async function many(clients: number, work: () => Promise<unknown>): Promise<void> {
  const until = performance.now() + 5_000;
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (performance.now() < until) await work();
    }),
  );
}

function read(messages: Collection, count: number): Promise<unknown> {
  return messages.find({}, { raw: true, batchSize: count, limit: count }).toArray();
}

function insert(messages: Collection, count: number): Promise<unknown> {
  const chat = new ObjectId();
  return messages.insertMany(Array.from({ length: count }, (_, number) => makeMessage(chat, number)));
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** As a process of its own: the store's address, then the work's name. */
const [, script, uri, name] = process.argv;
if (script?.endsWith('long-work.ts') && uri !== undefined) {
  const client = await MongoClient.connect(uri, { maxPoolSize: 50 });
  const code = await works[name ?? '']?.(client.db(namespace.db).collection(namespace.name)).then(
    () => 0,
    ({ code }) => code,
  );
  await client.close();
  process.stdout.write(code === 0 ? '' : ` (${String(code)})`);
}
