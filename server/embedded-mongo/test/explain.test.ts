import { type Document, ObjectId } from 'mongodb';
import { expect, test } from 'vitest';
import { startTestServer } from './test-server.ts';

/** The product's collections with its indexes, a few of each thing. */
async function startWithChats() {
  const server = await startTestServer();
  const { db } = server;
  const [chats, messages, users] = [
    db.collection('chats'),
    db.collection('messages'),
    db.collection('users'),
  ];
  await users.createIndex({ clerkId: 1 }, { unique: true });
  await chats.createIndex({ participants: 1, lastMessageAt: -1 });
  await chats.createIndex({ pairKey: 1 }, { unique: true, sparse: true });
  await messages.createIndex({ chat: 1, rev: 1 }, { unique: true });
  await messages.createIndex({ chat: 1, seq: -1 });
  await messages.createIndex({ sender: 1, clientId: 1 }, { unique: true });
  const [chat, other, alice, bob] = [new ObjectId(), new ObjectId(), new ObjectId(), new ObjectId()];
  await chats.insertMany(
    Array.from({ length: 60 }, (_, i) => ({
      participants: [alice, i % 2 === 0 ? bob : new ObjectId()],
      lastMessageAt: new Date(i),
      pairKey: `pair-${i}`,
    })),
  );
  const ofChat = (at: ObjectId) =>
    Array.from({ length: 300 }, (_, i) => ({
      chat: at,
      rev: i,
      seq: i,
      sender: at,
      clientId: `c${i}`,
      text: `t${i}`,
    }));
  await messages.insertMany([...ofChat(chat), ...ofChat(other)]);
  await users.insertOne({ clerkId: 'clerk-1', name: 'alice' });
  return { server, chats, messages, users, chat, alice };
}

function figures({ queryPlanner, executionStats }: Document) {
  const stages: string[] = [];
  for (let stage = queryPlanner.winningPlan; stage; stage = stage.inputStage) stages.push(stage.stage);
  const { totalKeysExamined: keys, totalDocsExamined: documents, nReturned: returned } = executionStats;
  return { plan: stages.join(' < '), keys, documents, returned };
}

test('answers the hottest queries of the product from an index, in its order, looking at no more than it returns', async () => {
  const { server, chats, messages, users, chat, alice } = await startWithChats();
  await using _ = server;
  const page = { plan: 'FETCH < IXSCAN', keys: 50, documents: 50, returned: 50 };
  const one = { plan: 'FETCH < IXSCAN', keys: 1, documents: 1, returned: 1 };

  const lastPage = await messages.find({ chat }).sort({ seq: -1 }).limit(50).explain('executionStats');
  const older = await messages
    .find({ chat, seq: { $lt: 200 } })
    .sort({ seq: -1 })
    .limit(50)
    .explain('executionStats');
  const changes = await messages
    .find({ chat, rev: { $gt: 17 } })
    .sort({ rev: 1 })
    .limit(50)
    .explain('executionStats');
  const head = await messages.find({ chat }).sort({ rev: -1 }).limit(1).explain('executionStats');
  const inbox = await chats
    .find({ participants: alice })
    .sort({ lastMessageAt: -1 })
    .limit(50)
    .explain('executionStats');
  const direct = await chats.find({ pairKey: 'pair-7' }).explain('executionStats');
  const repeat = await messages.find({ sender: chat, clientId: 'c7' }).limit(1).explain('executionStats');
  const user = await users.find({ clerkId: 'clerk-1' }).explain('executionStats');
  const [first] = await messages.find().limit(1).toArray();
  const byId = await messages.find({ _id: first?._id ?? chat }).explain('executionStats');

  expect([lastPage, older, changes, inbox].map(figures)).toEqual([page, page, page, page]);
  expect([head, direct, repeat, user].map(figures)).toEqual([one, one, one, one]);
  expect(figures(byId)).toEqual({ plan: 'IDHACK', keys: 1, documents: 1, returned: 1 });
});

test('tells a walk over everything and a sort in memory', async () => {
  const { server, messages, chat } = await startWithChats();
  await using _ = server;

  const byText = await messages.find({ text: 't7' }).explain('executionStats');
  const sorted = await messages.find({ chat }).sort({ text: 1 }).limit(3).explain('executionStats');

  expect(figures(byText)).toEqual({ plan: 'COLLSCAN', keys: 0, documents: 600, returned: 2 });
  expect(figures(sorted)).toEqual({ plan: 'SORT < FETCH < IXSCAN', keys: 300, documents: 300, returned: 3 });
});

test('counts, skips and gets the front of a pipeline from the index alone', async () => {
  const { server, messages, chat } = await startWithChats();
  await using _ = server;

  const skipped = await messages
    .find({ chat })
    .sort({ seq: 1 })
    .skip(100)
    .limit(10)
    .explain('executionStats');
  const piped = await messages
    .aggregate([{ $match: { chat } }, { $sort: { seq: -1 } }, { $limit: 10 }, { $project: { text: 1 } }])
    .explain('executionStats');

  expect(figures(skipped)).toEqual({ plan: 'FETCH < IXSCAN', keys: 110, documents: 10, returned: 10 });
  expect(figures(piped)).toEqual({ plan: 'FETCH < IXSCAN', keys: 10, documents: 10, returned: 10 });
  expect(await messages.countDocuments({ chat, seq: { $gte: 290 } })).toBe(10);
});

test('walks an index for each branch of an alternative, and each document once', async () => {
  const { server, messages, chat } = await startWithChats();
  await using _ = server;
  await messages.createIndex({ text: 1 });
  const alternatives = { $or: [{ text: { $in: ['t1', 't2'] } }, { chat, seq: { $lt: 2 } }] };

  const found = await messages.find(alternatives).explain('executionStats');
  const within = await messages.find({ ...alternatives, seq: 1 }).explain('executionStats');
  const partly = await messages.find({ $or: [{ text: 't1' }, { seq: 3 }] }).explain('executionStats');

  const { inputStage } = found['queryPlanner'].winningPlan;
  expect(inputStage).toMatchObject({
    stage: 'OR',
    inputStages: [{ indexName: 'text_1' }, { indexName: 'chat_1_seq_-1' }],
  });
  expect(figures(found)).toEqual({ plan: 'FETCH < OR', keys: 6, documents: 5, returned: 5 });
  expect(within['executionStats'].nReturned).toBe(2);
  expect(figures(partly).plan).toBe('COLLSCAN');
});

test('finds by an index what an expression wants to equal a constant', async () => {
  const { server, messages, chats, chat } = await startWithChats();
  await using _ = server;
  const one = { plan: 'FETCH < IXSCAN', keys: 1, documents: 1, returned: 1 };
  const equal = { $and: [{ $eq: ['$chat', '$$wanted'] }, { $eq: [7, '$seq'] }] };

  const found = await messages.find({ $expr: equal }, { let: { wanted: chat } }).explain('executionStats');
  await chats.insertOne({ pairKey: ['x'] });
  const inArray = await chats.find({ $expr: { $eq: ['$pairKey', 'x'] } }).explain('executionStats');
  const joined = await chats
    .aggregate([
      { $limit: 1 },
      {
        $lookup: {
          from: 'messages',
          let: { chat, seq: 9 },
          pipeline: [
            { $match: { $expr: { $and: [{ $eq: ['$chat', '$$chat'] }, { $eq: ['$seq', '$$seq'] }] } } },
            { $project: { _id: 0, text: 1, wanted: '$$seq' } },
          ],
          as: 'found',
        },
      },
    ])
    .toArray();

  expect(figures(found)).toEqual(one);
  expect(figures(inArray)).toEqual({ ...one, returned: 0 });
  expect(joined[0]?.['found']).toEqual([{ text: 't9', wanted: 9 }]);
});

test('uses a partial index only for queries that stay within it', async () => {
  const { server, messages, chat } = await startWithChats();
  await using _ = server;
  await messages.createIndex({ text: 1 }, { partialFilterExpression: { seq: { $gte: 200 } } });
  const plan = async (filter: Document) =>
    figures(await messages.find(filter).explain('executionStats')).plan;

  expect(await plan({ text: 't250', seq: { $gte: 200 } })).toBe('FETCH < IXSCAN');
  expect(await plan({ text: 't250', seq: 250 })).toBe('FETCH < IXSCAN');
  expect(await plan({ text: 't250' })).toBe('COLLSCAN');
  expect(await messages.countDocuments({ text: 't250', seq: { $gte: 200 }, chat })).toBe(1);
});
