import type { ChatId, UserId } from '@whisper/shared';
import { Types } from 'mongoose';
import type { ChatDoc } from './chat.model.ts';
import { readUpTo, toUserIds } from './chat.view.ts';
import type { ChatsDeps, UnreadRange } from './deps.ts';
import { findMember } from './find-members.ts';
import { memberModel, type MemberDoc } from './member.model.ts';
import { settledChats } from './settled-chats.ts';
import { countUnread, toUnreadRange } from './show-chats.ts';

type Deps = Pick<ChatsDeps, 'db' | 'clock' | 'lastMessages' | 'countUnread'>;

/** What a chat is to somebody who may be told of its news. */
export type Receiver = {
  /** Of a group. */
  readonly name: string | null;
  readonly isMuted: boolean;
  /** What is unread to them, hidden messages left out. */
  readonly unread: UnreadRange;
};

/** Null when the person is not in the chat, or not any more. */
export async function readReceiver(deps: Deps, chatId: ChatId, userId: UserId): Promise<Receiver | null> {
  const chats = await settledChats(deps);
  const doc = await chats.findById(chatId).lean();
  const mine = await findMember(deps.db, chatId, userId);
  if (!doc || !isIn(doc, userId, mine)) return null;
  const unread = toUnreadRange({ doc, viewerId: userId, mine });
  const afterSeq = Math.max(unread.afterSeq, mine?.joinedSeq ?? 0);
  return {
    name: doc.kind === 'group' ? (doc.name ?? '') : null,
    isMuted: isMuted(mine, deps.clock.now()),
    unread: { ...unread, afterSeq },
  };
}

function isIn(
  doc: Pick<ChatDoc, 'kind' | 'participants'>,
  userId: UserId,
  mine: MemberDoc | undefined,
): boolean {
  return doc.kind === 'group' ? mine?.role !== undefined : toUserIds(doc).includes(userId);
}

function isMuted(mine: Pick<MemberDoc, 'mutedUntil'> | undefined, now: number): boolean {
  return mine?.mutedUntil !== undefined && mine.mutedUntil.getTime() > now;
}

/** How much is unread to a person over all their chats, less the muted and the archived: what a badge says. */
export async function countBadge(deps: Deps, userId: UserId): Promise<number> {
  const user = new Types.ObjectId(userId);
  const chats = await settledChats(deps);
  const [docs, members] = await Promise.all([
    chats
      .find(
        { participants: user, lastSeq: { $gt: 0 } },
        { kind: 1, participants: 1, lastSeq: 1, lastMessageAt: 1, sentSeqs: 1, mergedInto: 1 },
      )
      .lean(),
    memberModel(deps.db).find({ user, leftAt: null }).lean(),
  ]);
  const byChat = new Map(members.map((member) => [member.chat.toHexString(), member]));
  const now = deps.clock.now();
  const counts = docs.map(async (doc) => {
    const mine = byChat.get(doc._id.toHexString());
    const isCounted =
      isIn(doc, userId, mine) &&
      !doc.mergedInto &&
      !isMuted(mine, now) &&
      !mine?.archivedAt &&
      readUpTo(doc, userId, mine) < doc.lastSeq;
    return isCounted ? (await countUnread(deps, { doc, viewerId: userId, mine })).unread : 0;
  });
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}
