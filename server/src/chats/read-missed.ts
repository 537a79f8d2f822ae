import type { ChatEvent, ChatId, UserId } from '@whisper/shared';
import { Types } from 'mongoose';
import type { ChatDoc } from './chat.model.ts';
import { isSmall, toGroupState, toMarks, toUserIds } from './chat.view.ts';
import type { ChatsDeps } from './deps.ts';
import { findAllMembers, findMemberships, memberKey } from './find-members.ts';
import { memberModel, type MemberDoc } from './member.model.ts';
import { settledChats } from './settled-chats.ts';

type Deps = Pick<ChatsDeps, 'db' | 'lastMessages'>;

/** An event, and what tells it from others of the same moment. */
export type Missed = { readonly subject: string; readonly data: ChatEvent };

type Since = { readonly userId: UserId; readonly since: Date };

/** Chats in which something changed since the cursor, above which a `reset` is cheaper than a replay. */
const chatsMax = 1_000;

/** How a person's chats are now, as far as that changed since a moment; undefined when too much did. */
export async function readMissed(deps: Deps, { userId, since }: Since): Promise<Missed[] | undefined> {
  const user = new Types.ObjectId(userId);
  const chats = await settledChats(deps);
  const [shared, own] = await Promise.all([
    chats
      .find({ participants: user, marksAt: { $gte: since } })
      .sort({ marksAt: -1 })
      .limit(chatsMax + 1)
      .lean(),
    memberModel(deps.db)
      .find({ user, changedAt: { $gte: since } })
      .sort({ changedAt: -1 })
      .limit(chatsMax + 1)
      .lean(),
  ]);
  if (shared.length > chatsMax || own.length > chatsMax) return undefined;
  const here = new Set(shared.map(({ _id }) => _id.toHexString()));
  const others = await chats
    .find({ _id: { $in: own.map(({ chat }) => chat).filter((id) => !here.has(id.toHexString())) } })
    .lean();
  // Who is in a group is read last, as everywhere: what was read before is from when the person was in it.
  const told = await toShared(deps, userId, shared);
  return [...toOwn(own, [...shared, ...others], since), ...told];
}

/** What everyone in the chats is told. */
async function toShared({ db }: Deps, userId: UserId, docs: readonly ChatDoc[]): Promise<Missed[]> {
  const small = docs.filter(isSmall);
  const [members, mine] = await Promise.all([
    findAllMembers(
      db,
      small.map(({ _id }) => _id),
    ),
    findMemberships(
      db,
      userId,
      docs.map(({ _id }) => _id),
    ),
  ]);
  const groups = docs.filter(({ _id, kind }) => kind === 'group' && mine.has(_id.toHexString()));
  const isMine = ({ _id, kind }: ChatDoc) => kind === 'direct' || mine.has(_id.toHexString());
  return [
    ...groups.map((doc): Missed => {
      const chatId = toChatId(doc);
      return { subject: `${chatId}:group`, data: { type: 'changed', chatId, group: toGroupState(doc) } };
    }),
    ...small
      .filter(isMine)
      .flatMap((doc) =>
        toUserIds(doc).map((each) => toMoved(doc, each, members.get(memberKey(doc._id, each)))),
      ),
  ];
}

/** What the person alone is told. Whose mark moved is not told apart from what else changed, and need not be. */
function toOwn(members: readonly MemberDoc[], docs: readonly ChatDoc[], since: Date): Missed[] {
  const byId = new Map(docs.map((doc) => [doc._id.toHexString(), doc]));
  return members.flatMap((member) => {
    const chatId = member.chat.toHexString() as ChatId;
    const userId = member.user.toHexString() as UserId;
    if (member.leftAt) return [{ subject: `${chatId}:gone`, data: { type: 'gone', chatId } } as const];
    const doc = byId.get(chatId);
    if (!doc) return [];
    const isNew = member.joinedAt !== undefined && member.joinedAt >= since;
    const isChanged = member.mineAt !== undefined && member.mineAt >= since;
    const hidden = (member.hidden ?? []).filter(({ at }) => at >= since).map(({ seq }) => seq);
    const told: (Missed | false)[] = [
      isNew && { subject: `${chatId}:new`, data: { type: 'new', chatId } },
      isChanged && { subject: `${chatId}:mine`, data: { type: 'changed', chatId, group: null } },
      hidden.length > 0 && { subject: `${chatId}:hidden`, data: { type: 'hidden', chatId, seqs: hidden } },
      toMoved(doc, userId, member),
    ];
    return told.filter((each) => each !== false);
  });
}

function toMoved(doc: ChatDoc, userId: UserId, member: MemberDoc | undefined): Missed {
  const chatId = toChatId(doc);
  const data = { type: 'marks', chatId, userId, ...toMarks(doc, userId, member) } as const;
  return { subject: `${chatId}:${userId}`, data };
}

function toChatId({ _id }: ChatDoc): ChatId {
  return _id.toHexString() as ChatId;
}
