import type { ChatId, UserId } from '@whisper/shared';
import { Types, type Connection as Database } from 'mongoose';
import { chatModel } from './chat.model.ts';
import { toMembership, type Membership } from './chat.view.ts';

type ChangedSince = {
  /** Chats that these people are in, and these chats. */
  readonly userIds: readonly UserId[];
  readonly chatIds: readonly ChatId[];
  readonly since: Date;
};

const idsPerQueryMax = 500;

/** Chats whose log changed, or may have changed, at or after a moment, whichever process wrote it. */
export async function listChangedChats(
  db: Database,
  { userIds, chatIds, since }: ChangedSince,
): Promise<Membership[]> {
  const changed = { changedAt: { $gte: since } };
  const filters = [
    ...inGroups(userIds).map((ids) => ({ participants: { $in: ids }, ...changed })),
    ...inGroups(chatIds).map((ids) => ({ _id: { $in: ids }, ...changed })),
  ];
  const found = new Map<ChatId, Membership>();
  for (const filter of filters) {
    const docs = await chatModel(db).find(filter, { participants: 1, mergedInto: 1 }).lean();
    for (const membership of docs.map(toMembership)) found.set(membership.chatId, membership);
  }
  return [...found.values()];
}

function inGroups(ids: readonly string[]): Types.ObjectId[][] {
  const groups: Types.ObjectId[][] = [];
  for (let start = 0; start < ids.length; start += idsPerQueryMax) {
    groups.push(ids.slice(start, start + idsPerQueryMax).map((id) => new Types.ObjectId(id)));
  }
  return groups;
}
