import { readFileSync } from 'node:fs';
import { MongoClient, ObjectId } from 'mongodb';
import { namespace } from './data.ts';

/**
 * One who reads a message by its id again and again, in a process of its own: what others' answers cost their clients
 * is not what the store makes it wait. Arguments: the store's address and a file with ids. Says that it begins, and
 * when it is told to stop, what each answer took in milliseconds.
 */
const [, , uri = '', idsFile = ''] = process.argv;
const ids = readFileSync(idsFile, 'utf8').split('\n');
const client = await MongoClient.connect(uri, { maxPoolSize: 1 });
const messages = client.db(namespace.db).collection<{ _id: ObjectId }>(namespace.name);
const find = () => messages.findOne({ _id: new ObjectId(ids[Math.floor(Math.random() * ids.length)]) });
for (let i = 0; i < 500; i++) await find();
process.send?.('begins');

let isOver = false;
process.once('message', () => {
  isOver = true;
});
const times: number[] = [];
while (!isOver) {
  const askedAt = performance.now();
  await find();
  times.push(performance.now() - askedAt);
  await new Promise((resolve) => setTimeout(resolve, 2));
}
await client.close();
process.send?.(times, () => process.disconnect());
