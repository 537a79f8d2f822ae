import type { MongoClient, ObjectId } from 'mongodb';
import { type Loaded, makeMessage, namespace } from './data.ts';

export const workNames = ['findById', 'page of 50', 'insert', '$inc'] as const;
export type WorkName = (typeof workNames)[number];

type Message = { _id: ObjectId; chat: ObjectId; seq: number; likes: number };

/** Above every number loaded. */
let lastNumber = 1_000_000_000;

/** One operation of each kind through the driver. */
export function makeWorkloads(
  client: MongoClient,
  { bigChat, ids }: Loaded,
): Record<WorkName, () => Promise<unknown>> {
  const messages = client.db(namespace.db).collection<Message>(namespace.name);
  const written = client.db(namespace.db).collection(namespace.name);
  const anyId = () => ids[Math.floor(Math.random() * ids.length)] ?? bigChat;
  return {
    findById: () => messages.findOne({ _id: anyId() }),
    'page of 50': () => messages.find({ chat: bigChat }).sort({ seq: -1 }).limit(50).toArray(),
    insert: () => {
      lastNumber += 1;
      return written.insertOne(makeMessage(bigChat, lastNumber));
    },
    $inc: () => messages.updateOne({ _id: anyId() }, { $inc: { likes: 1 } }),
  };
}
