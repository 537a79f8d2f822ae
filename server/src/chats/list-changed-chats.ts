import type { ChatId, UserId } from '@whisper/shared';
import { Types, type Connection as Database } from 'mongoose';
import { chatModel } from './chat.model.ts';
import { toUserIds } from './chat.view.ts';

type ChangedSince = {
  /** Chats that these people are in, and these chats. */
  readonly userIds: readonly UserId[];
  readonly chatIds: readonly ChatId[];
  readonly since: Date;
};

const idsPerQueryMax = 500;

/** A chat and who is in it. */
export type PeopledChat = { readonly chatId: ChatId; readonly participants: readonly UserId[] };

/** Chats whose log changed, or may have changed, at or after a moment, whichever process wrote it. */
export async function listChangedChats(
  db: Database,
  { userIds, chatIds, since }: ChangedSince,
): Promise<PeopledChat[]> {
  const changed = { changedAt: { $gte: since } };
  const filters = [
    ...inGroups(userIds).map((ids) => ({ participants: { $in: ids }, ...changed })),
    ...inGroups(chatIds).map((ids) => ({ _id: { $in: ids }, ...changed })),
  ];
  const found = new Map<ChatId, PeopledChat>();
  for (const filter of filters) {
    const docs = await chatModel(db).find(filter, { participants: 1 }).lean();
    for (const doc of docs) {
      const chatId = doc._id.toHexString() as ChatId;
      found.set(chatId, { chatId, participants: toUserIds(doc) });
    }
  }
  return [...found.values()];
}

/** The people of a chat; nobody when there is none. */
export async function listParticipants(db: Database, chatId: ChatId): Promise<readonly UserId[]> {
  const doc = await chatModel(db).findById(chatId, { participants: 1 }).lean();
  return doc ? toUserIds(doc) : [];
}

function inGroups(ids: readonly string[]): Types.ObjectId[][] {
  const groups: Types.ObjectId[][] = [];
  for (let start = 0; start < ids.length; start += idsPerQueryMax) {
    groups.push(ids.slice(start, start + idsPerQueryMax).map((id) => new Types.ObjectId(id)));
  }
  return groups;
}
