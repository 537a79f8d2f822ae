import type { Connection as Database } from 'mongoose';
import { chatsOf, messagesOf, walk, writeAll, type AnyChat } from '../collections.ts';
import type { MigrationDeps } from '../migration.ts';
import { pairKey } from './merge-chats.ts';

/**
 * Gives chats their pair key and what they say of their messages. Everything counts as read, as nothing said what was not.
 * Returns how many had not got it.
 */
export async function fillChats({ db, requireLock }: MigrationDeps): Promise<number> {
  let filled = 0;
  const fields = { participants: 1, pairKey: 1, lastSeq: 1, lastMessageAt: 1, createdAt: 1 } as const;
  for await (const batch of walk(chatsOf(db), fields)) {
    const old = batch.filter(({ lastSeq }) => lastSeq === undefined);
    const updates = await Promise.all(old.map((chat) => toUpdate(db, chat)));
    requireLock();
    await writeAll(
      chatsOf(db),
      updates.map(({ _id, ...fields }) => ({ updateOne: { filter: { _id }, update: { $set: fields } } })),
    );
    filled += old.length;
  }
  return filled;
}

async function toUpdate(db: Database, { _id, participants = [], lastMessageAt, createdAt }: AnyChat) {
  const [newest] = await messagesOf(db)
    .find({ chat: _id }, { projection: { rev: 1, createdAt: 1 } })
    .sort({ chat: -1, createdAt: -1, _id: -1 })
    .limit(1)
    .toArray();
  const lastSeq = newest?.rev ?? 0;
  const key = pairKey(participants);
  const madeAt = createdAt ?? _id.getTimestamp();
  return {
    _id,
    ...(key !== undefined && { pairKey: key }),
    ...(newest && { lastMessage: newest._id }),
    createdAt: madeAt,
    lastMessageAt: newest?.createdAt ?? lastMessageAt ?? madeAt,
    lastSeq,
    readSeqs: Object.fromEntries(participants.map((id) => [id.toHexString(), lastSeq])),
    openedBy: participants,
  };
}
