import { MongoClient } from 'mongodb';

/** Reads the messages from 50 connections for five seconds, a thousand at a time, without rest. */
const client = await MongoClient.connect(process.argv[2] ?? '', { maxPoolSize: 50, minPoolSize: 50 });
const messages = client.db('bench').collection('messages');
const until = performance.now() + 5_000;
await Promise.all(
  Array.from({ length: 50 }, async () => {
    while (performance.now() < until)
      await messages.find({}, { raw: true, batchSize: 1_000, limit: 1_000 }).toArray();
  }),
);
await client.close();
