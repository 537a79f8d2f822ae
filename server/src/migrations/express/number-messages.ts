import type { Connection as Database, mongo, Types } from 'mongoose';
import { batchSize, messagesOf, walk, writeAll, type AnyMessage } from '../collections.ts';
import type { MigrationDeps } from '../migration.ts';
import { ensureOrderIndex, order } from './order-index.ts';

const progressEvery = 50_000;

const unnumbered = { rev: { $exists: false } };

/**
 * Gives a chat's messages their numbers by `createdAt`, then `_id`. They are written in that order, so after a crash those
 * with numbers are the first ones, and the next goes on behind them. Returns how many there were.
 */
export async function numberMessages({ db, log, requireLock }: MigrationDeps): Promise<number> {
  if (!(await isNeeded(db))) return 0;
  log.info('migrating the messages of the Express backend');
  await ensureOrderIndex(db);
  let count = 0;
  let head: Head | undefined;
  for await (const batch of readInOrder(db)) {
    const writes: mongo.AnyBulkWriteOperation<AnyMessage>[] = [];
    for (const message of batch) {
      if (!head || !isSame(head.chat, message.chat)) head = await readHead(db, message.chat);
      head = { ...head, rev: head.rev + 1 };
      writes.push(toWrite(message, head.rev));
    }
    requireLock();
    await writeAll(messagesOf(db), writes);
    count += batch.length;
    if (count % progressEvery < batch.length) log.info({ messages: count }, 'migrating messages');
  }
  return count;
}

async function isNeeded(db: Database): Promise<boolean> {
  for await (const batch of walk(messagesOf(db), { rev: 1 })) {
    if (batch.some(({ rev }) => rev === undefined)) return true;
  }
  return false;
}

function isSame(one: Types.ObjectId | undefined, other: Types.ObjectId | undefined): boolean {
  return one?.toHexString() === other?.toHexString();
}

type Head = { readonly chat: Types.ObjectId | undefined; readonly rev: number };

/** Read once per chat: the highest number in it is the one of its newest message with a number. */
async function readHead(db: Database, chat: Types.ObjectId | undefined): Promise<Head> {
  const [newest] = await messagesOf(db)
    .find({ chat: chat ?? { $exists: false }, rev: { $exists: true } }, { projection: { rev: 1 } })
    .sort({ chat: -1, createdAt: -1, _id: -1 })
    .limit(1)
    .toArray();
  return { chat, rev: newest?.rev ?? 0 };
}

async function* readInOrder(db: Database): AsyncGenerator<AnyMessage[]> {
  const projection = { chat: 1, createdAt: 1 };
  const cursor = messagesOf(db).find(unnumbered, { projection, batchSize }).sort(order);
  let batch: AnyMessage[] = [];
  for await (const message of cursor) {
    batch.push(message);
    if (batch.length < batchSize) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function toWrite({ _id, createdAt }: AnyMessage, rev: number): mongo.AnyBulkWriteOperation<AnyMessage> {
  const at = createdAt ?? _id.getTimestamp();
  const numbers = {
    seq: rev,
    rev,
    changedAt: at,
    clientId: _id.toHexString(),
    ...(!createdAt && { createdAt: at }),
  };
  return { updateOne: { filter: { _id, ...unnumbered }, update: { $set: numbers } } };
}
