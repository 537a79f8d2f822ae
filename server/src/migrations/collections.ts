import type { Connection as Database, mongo, Types } from 'mongoose';

/** Documents of any age: every field but the `_id` may be missing. */
export type AnyUser = {
  _id: Types.ObjectId;
  clerkId?: string;
  name?: string;
  email?: string;
  avatar?: string;
  searchKeys?: string[];
  profileAt?: Date;
  deletedAt?: Date;
  createdAt?: Date;
  updatedAt?: Date;
};

export type AnyChat = {
  _id: Types.ObjectId;
  participants?: Types.ObjectId[];
  pairKey?: string;
  openedBy?: Types.ObjectId[];
  mergedInto?: Types.ObjectId;
  lastMessage?: Types.ObjectId;
  lastMessageAt?: Date;
  lastSeq?: number;
  kind?: 'direct' | 'group';
  readSeqs?: Record<string, number>;
  deliveredSeqs?: Record<string, number>;
  createdAt?: Date;
  updatedAt?: Date;
};

export type AnyMember = {
  _id: Types.ObjectId;
  chat?: Types.ObjectId;
  user?: Types.ObjectId;
  rev?: number;
  readSeq?: number;
  deliveredSeq?: number;
  changedAt?: Date;
};

export type AnyMessage = {
  _id: Types.ObjectId;
  chat?: Types.ObjectId;
  sender?: Types.ObjectId;
  seq?: number;
  rev?: number;
  changedAt?: Date;
  clientId?: string;
  createdAt?: Date;
  text?: string;
  system?: object;
  deletedAt?: Date;
  terms?: string[];
};

export const usersOf = (db: Database) => db.collection<AnyUser>('users');
export const chatsOf = (db: Database) => db.collection<AnyChat>('chats');
export const membersOf = (db: Database) => db.collection<AnyMember>('members');
export const messagesOf = (db: Database) => db.collection<AnyMessage>('messages');

export const batchSize = 500;

type Walked = { _id: Types.ObjectId };

/** All documents in the order of their ids, batch by batch: what comes while it goes on is met or is newer than any migration. */
export async function* walk<T extends Walked>(
  collection: mongo.Collection<T>,
  projection: Partial<Record<keyof T, 1>>,
): AsyncGenerator<T[]> {
  let last: Types.ObjectId | undefined;
  do {
    const filter = (last ? { _id: { $gt: last } } : {}) as mongo.Filter<T>;
    const batch = (await collection
      .find(filter, { projection })
      .sort({ _id: 1 })
      .limit(batchSize)
      .toArray()) as T[];
    if (batch.length > 0) yield batch;
    last = batch.at(-1)?._id;
  } while (last);
}

/** Writes in order, one batch at a time; without anything to write it does nothing. */
export async function writeAll<T extends Walked>(
  collection: mongo.Collection<T>,
  writes: mongo.AnyBulkWriteOperation<T>[],
): Promise<void> {
  if (writes.length > 0) await collection.bulkWrite(writes, { ordered: true });
}
