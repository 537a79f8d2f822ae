import type { ChatEvent, ChatId, UserId } from '@whisper/shared';
import { Types } from 'mongoose';
import { haveBlocksChanged } from '../users/block-user.ts';
import { marksTold, marksToldInGroup } from './apart.ts';
import type { ChatDoc } from './chat.model.ts';
import { isSmall, toGroupState, toMarks, toUserIds } from './chat.view.ts';
import type { ChatsDeps } from './deps.ts';
import { findAllMembers, findMemberships, memberKey } from './find-members.ts';
import { memberModel, type MemberDoc, type Marks } from './member.model.ts';
import { settledChats } from './settled-chats.ts';

type Deps = Pick<ChatsDeps, 'db' | 'lastMessages' | 'blocks'>;

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
  const haveChanged = await haveBlocksChanged(deps, userId, since);
  const blocks: Missed[] = haveChanged ? [{ subject: 'blocks', data: { type: 'blocks' } }] : [];
  return [...blocks, ...toOwn(own, [...shared, ...others], since), ...told];
}

/** What everyone in the chats is told. */
async function toShared(deps: Deps, userId: UserId, docs: readonly ChatDoc[]): Promise<Missed[]> {
  const { db } = deps;
  const blocks = await deps.blocks.of(userId);
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
    ...small.filter(isMine).flatMap((doc) =>
      toUserIds(doc).flatMap((each) => {
        const theirs = members.get(memberKey(doc._id, each));
        const now = toMarks(doc, each, theirs);
        if (each === userId) return toMoved(doc, each, now);
        if (doc.kind === 'group' && theirs) return toMoved(doc, each, marksToldInGroup(now, blocks, theirs));
        return toMoved(doc, each, marksTold(now, { theirs, mine: members.get(memberKey(doc._id, userId)) }));
      }),
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
      ...toMoved(doc, userId, toMarks(doc, userId, member)),
    ];
    return told.filter((each) => each !== false);
  });
}

function toMoved(doc: ChatDoc, userId: UserId, marks: Marks | undefined): Missed[] {
  const chatId = toChatId(doc);
  return marks ? [{ subject: `${chatId}:${userId}`, data: { type: 'marks', chatId, userId, ...marks } }] : [];
}

function toChatId({ _id }: ChatDoc): ChatId {
  return _id.toHexString() as ChatId;
}
