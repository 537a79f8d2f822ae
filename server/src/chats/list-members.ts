import type { ListMembersInput, Member, MemberPage, Role, UserId } from '@whisper/shared';
import { cutText, toComparable } from '@whisper/shared';
import { Types } from 'mongoose';
import { z } from 'zod';
import { decodeCursor, encodeCursor } from '../platform/cursor.ts';
import { findUsers } from '../users/find-users.ts';
import { searchKeysOf } from '../users/search-keys.ts';
import type { ChatsDeps } from './deps.ts';
import { chatModel } from './chat.model.ts';
import { memberModel } from './member.model.ts';
import { chatNotFound, requireParticipant } from './require-participant.ts';

const rankOf: Readonly<Record<Role, number>> = { owner: 0, admin: 1, member: 2 };

const CursorSchema = z.string().max(400);

/** The people of a chat: owners first, then admins, each by name. One group's people are few enough to be sorted here. */
export async function listMembers(
  deps: Pick<ChatsDeps, 'db' | 'memberships'>,
  viewerId: UserId,
  { chatId: askedId, cursor, query = '', limit }: ListMembersInput,
): Promise<MemberPage> {
  const { chatId } = await requireParticipant(deps, askedId, viewerId);
  const start = toComparable(query);
  const after = cursor ? decodeCursor(CursorSchema, cursor) : '';
  const members = (await readMembers(deps, chatId))
    .filter(({ user }) => start === '' || searchKeysOf(user.name).some((key) => key.startsWith(start)))
    .map((member) => ({ member, key: sortKeyOf(member) }))
    .filter(({ key }) => key > after)
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  await requireParticipant(deps, chatId, viewerId);
  const page = members.slice(0, limit);
  const last = page.at(-1);
  return {
    members: page.map(({ member }) => member),
    nextCursor: members.length > limit && last ? encodeCursor(last.key) : null,
  };
}

async function readMembers({ db }: Pick<ChatsDeps, 'db'>, chatId: string): Promise<Member[]> {
  const _id = new Types.ObjectId(chatId);
  const [doc, known] = await Promise.all([
    chatModel(db).findById(_id).lean(),
    memberModel(db).find({ chat: _id, leftAt: null }).lean(),
  ]);
  if (!doc) throw chatNotFound();
  const byId = new Map(known.map((member) => [member.user.toHexString(), member]));
  const ids = doc.participants.map((id) => id.toHexString() as UserId);
  const users = await findUsers({ db }, ids);
  return ids.flatMap((id) => {
    const [user, member] = [users.get(id), byId.get(id)];
    const isIn = doc.kind === 'direct' || member !== undefined;
    if (!user || !isIn) return [];
    return [{ user, role: member?.role ?? 'member', joinedAt: member?.joinedAt ?? doc.createdAt }];
  });
}

/** What of a name counts in the order: a cursor has to hold it. */
const sortedLength = 60;

/** Unique, because it ends with the id. */
function sortKeyOf({ user, role }: Member): string {
  return `${rankOf[role]}${cutText(toComparable(user.name), sortedLength)}\0${user.id}`;
}
