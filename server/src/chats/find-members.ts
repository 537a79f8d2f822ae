import type { ChatId, UserId } from '@whisper/shared';
import { Types, type Connection as Database } from 'mongoose';
import type { Membership } from './chat.view.ts';
import { toSight, type Sight } from './sight.ts';
import { memberModel, type MemberDoc } from './member.model.ts';

/** What the chat is to a person; undefined when nothing is known, or the person is not in the group any more. */
export async function findMember(
  db: Database,
  chatId: ChatId,
  userId: UserId,
): Promise<MemberDoc | undefined> {
  const found = await memberModel(db)
    .findOne({ chat: new Types.ObjectId(chatId), user: new Types.ObjectId(userId), leftAt: null })
    .lean();
  return found ?? undefined;
}

/** The same of one person in many chats, by chat. */
export async function findMemberships(
  db: Database,
  userId: UserId,
  chatIds: readonly Types.ObjectId[],
): Promise<Map<string, MemberDoc>> {
  if (chatIds.length === 0) return new Map();
  const found = await memberModel(db)
    .find({ user: new Types.ObjectId(userId), chat: { $in: [...chatIds] }, leftAt: null })
    .lean();
  return new Map(found.map((member) => [member.chat.toHexString(), member]));
}

/** Everybody of some chats, by person and chat (`memberKey`). */
export async function findAllMembers(
  db: Database,
  chatIds: readonly Types.ObjectId[],
): Promise<Map<string, MemberDoc>> {
  if (chatIds.length === 0) return new Map();
  const found = await memberModel(db)
    .find({ chat: { $in: [...chatIds] }, leftAt: null })
    .lean();
  return new Map(found.map((member) => [memberKey(member.chat, member.user), member]));
}

/** What of their chats is shown to a person, where that is not everything. */
export async function findSights(db: Database, userId: UserId): Promise<Map<ChatId, Sight>> {
  const found = await memberModel(db)
    .find(
      { user: new Types.ObjectId(userId), isPartial: true },
      { chat: 1, user: 1, joinedSeq: 1, hidden: 1, apart: 1 },
    )
    .lean();
  return new Map(found.map((member) => [member.chat.toHexString() as ChatId, toSight(member)]));
}

/** The direct chats in which a person blocks the other one, or once did, by chat. */
export async function findApartMembers(db: Database, userId: UserId): Promise<Map<string, MemberDoc>> {
  const found = await memberModel(db)
    .find({ user: new Types.ObjectId(userId), isPartial: true, apart: { $exists: true } })
    .lean();
  return new Map(found.map((member) => [member.chat.toHexString(), member]));
}

export function memberKey(chat: Types.ObjectId, user: Types.ObjectId | UserId): string {
  return `${chat.toHexString()}:${String(user)}`;
}

/** What of the chat is shown to a person who is in it. */
export async function sightIn(db: Database, membership: Membership, userId: UserId): Promise<Sight> {
  if (membership.kind === 'group') return membership.sight;
  return toSight(await findMember(db, membership.chatId, userId));
}

/** Whether all these people, each named once, are in the chat. */
export async function areIn(
  db: Database,
  membership: Membership,
  userIds: readonly UserId[],
): Promise<boolean> {
  if (membership.kind === 'direct') return userIds.every((id) => membership.participants.includes(id));
  const found = await memberModel(db).countDocuments({
    chat: new Types.ObjectId(membership.chatId),
    user: { $in: userIds.map((id) => new Types.ObjectId(id)) },
    leftAt: null,
  });
  return found === userIds.length;
}
