import type { mongo, Types } from 'mongoose';
import { chatsOf, membersOf, walk, writeAll, type AnyChat, type AnyMember } from './collections.ts';
import type { Migration, MigrationDeps } from './migration.ts';

/**
 * How far people have read stood in the chats; now what a chat is to a person has a document of its own. Of every chat the
 * marks are written there before they are taken from the chat, so what ends in the middle is gone on with.
 */
export const members: Migration = { id: '0004-members', run };

async function run({ db, log, requireLock }: MigrationDeps): Promise<void> {
  let moved = 0;
  for await (const batch of walk(chatsOf(db), { ...fields })) {
    const outdated = batch.filter(({ kind }) => kind === undefined);
    if (outdated.length === 0) continue;
    requireLock();
    // By it the writes below find what a run before this one made.
    await membersOf(db).createIndex({ chat: 1, user: 1 }, { unique: true });
    await writeAll(membersOf(db), outdated.flatMap(toMembers));
    requireLock();
    await writeAll(
      chatsOf(db),
      outdated.map(({ _id }) => ({
        updateOne: {
          filter: { _id },
          update: {
            $set: { kind: 'direct' as const },
            $unset: { readSeqs: 1 as const, deliveredSeqs: 1 as const },
          },
        },
      })),
    );
    moved += outdated.length;
  }
  if (moved > 0) log.info({ chats: moved }, 'migrated: how far people have read stands with the people');
}

const fields = {
  participants: 1,
  kind: 1,
  readSeqs: 1,
  deliveredSeqs: 1,
  mergedInto: 1,
  createdAt: 1,
} as const;

function toMembers(chat: AnyChat): mongo.AnyBulkWriteOperation<AnyMember>[] {
  const { participants = [], readSeqs, mergedInto } = chat;
  if (mergedInto || readSeqs === undefined) return [];
  return participants.map((user) => toMember(chat, user));
}

/** What is there already was made by an earlier run, from the same marks. */
function toMember(chat: AnyChat, user: Types.ObjectId): mongo.AnyBulkWriteOperation<AnyMember> {
  const readSeq = chat.readSeqs?.[user.toHexString()] ?? 0;
  const deliveredSeq = Math.max(readSeq, chat.deliveredSeqs?.[user.toHexString()] ?? 0);
  const changedAt = chat.createdAt ?? chat._id.getTimestamp();
  return {
    updateOne: {
      filter: { chat: chat._id, user },
      update: { $setOnInsert: { rev: 0, readSeq, deliveredSeq, changedAt } },
      upsert: true,
    },
  };
}
