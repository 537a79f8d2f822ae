import type { ChatId, UserId } from '@whisper/shared';
import { Types, type AnyBulkWriteOperation } from 'mongoose';
import { randomUUID } from 'node:crypto';
import { chatModel, type ChatDoc } from './chat.model.ts';
import { toUserIds } from './chat.view.ts';
import type { ChatsDeps } from './deps.ts';

type Deps = Pick<ChatsDeps, 'db' | 'clock'>;

/** A chat in which messages wait to be pushed, taken by one process for a while. */
export type UnpushedChat = {
  readonly chatId: ChatId;
  readonly participants: readonly UserId[];
  /** The place of the newest message, and the place after which they wait. */
  readonly seq: number;
  readonly afterSeq: number;
};

/** Chats that are taken together, until they are finished or that time is over. */
export type TakenChats = {
  readonly chats: readonly UnpushedChat[];
  readonly by: string;
  readonly until: Date;
};

type Taking = {
  readonly leaseMs: number;
  /** So long after it was finished a chat is not taken again. */
  readonly gapMs: number;
  readonly limit: number;
};

/** Takes chats that are due, of which then no other process gets one. */
export async function takeUnpushed(
  { db, clock }: Deps,
  { leaseMs, gapMs, limit }: Taking,
): Promise<TakenChats> {
  const now = clock.now();
  const [by, until] = [randomUUID(), new Date(now + leaseMs)];
  const isDue = { pushAt: { $lte: new Date(now) } };
  const isRested = { $or: [{ pushedAt: null }, { pushedAt: { $lte: new Date(now - gapMs) } }] };
  const chats = chatModel(db);
  const due = await chats
    .find({ ...isDue, ...isRested }, { _id: 1 })
    .sort({ pushAt: 1 })
    .limit(limit)
    .lean();
  if (due.length === 0) return { chats: [], by, until };
  const ids = due.map(({ _id }) => _id);
  const take = { $set: { pushAt: until, pushBy: by } };
  await chats.updateMany({ _id: { $in: ids }, ...isDue }, take, { timestamps: false });
  const taken = await chats
    .find({ _id: { $in: ids }, pushBy: by }, { participants: 1, lastSeq: 1, pushedSeq: 1 })
    .lean();
  return { chats: taken.map(toUnpushed), by, until };
}

/** Nothing waits in these chats any more, but for what was sent since they were taken: that has made them due again. */
export async function finishUnpushed({ db, clock }: Deps, { chats, by, until }: TakenChats): Promise<void> {
  if (chats.length === 0) return;
  const pushedAt = new Date(clock.now());
  const updates = chats.flatMap(({ chatId, seq }): AnyBulkWriteOperation<ChatDoc>[] => {
    const _id = new Types.ObjectId(chatId);
    return [
      {
        updateOne: {
          filter: { _id },
          update: { $max: { pushedSeq: seq }, $set: { pushedAt } },
          timestamps: false,
        },
      },
      {
        updateOne: {
          filter: { _id, pushBy: by, pushAt: until },
          update: { $unset: { pushAt: 1, pushBy: 1 } },
          timestamps: false,
        },
      },
    ];
  });
  await chatModel(db).bulkWrite(updates);
}

/** For a process that knows of no other: whoever had taken chats is gone. */
export async function releaseUnpushed({ db, clock }: Deps): Promise<void> {
  await chatModel(db).updateMany(
    { pushAt: { $gt: new Date(clock.now()) }, pushBy: { $exists: true } },
    { $set: { pushAt: new Date(clock.now()) }, $unset: { pushBy: 1 } },
    { timestamps: false },
  );
}

function toUnpushed(doc: Pick<ChatDoc, '_id' | 'participants' | 'lastSeq' | 'pushedSeq'>): UnpushedChat {
  return {
    chatId: doc._id.toHexString() as ChatId,
    participants: toUserIds(doc),
    seq: doc.lastSeq,
    afterSeq: doc.pushedSeq ?? 0,
  };
}
