import type { ChatId, UserId } from '@whisper/shared';
import { Types } from 'mongoose';
import { chatModel, type ChatDoc } from './chat.model.ts';
import { readUpTo } from './chat.view.ts';
import type { ChatsDeps, UnreadRange } from './deps.ts';
import { findMember } from './find-members.ts';
import { memberModel, type MemberDoc } from './member.model.ts';
import { countUnread, toUnreadRange } from './show-chats.ts';

type Deps = Pick<ChatsDeps, 'db' | 'clock' | 'countUnread'>;

/**
 * What is read of a chat: not its people, who may be a thousand. It is read as it is written: waiting for what follows the
 * sends would hurry that, and what comes later is told of later.
 */
const fields = { kind: 1, name: 1, lastSeq: 1, lastMessageAt: 1, sentSeqs: 1, mergedInto: 1 } as const;

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
  const [_id, participants] = [new Types.ObjectId(chatId), new Types.ObjectId(userId)];
  const doc = await chatModel(deps.db).findOne({ _id, participants }, fields).lean();
  const mine = await findMember(deps.db, chatId, userId);
  if (!doc || !isIn(doc, mine)) return null;
  const unread = toUnreadRange({ doc, viewerId: userId, mine });
  const afterSeq = Math.max(unread.afterSeq, mine?.joinedSeq ?? 0);
  return {
    name: doc.kind === 'group' ? (doc.name ?? '') : null,
    isMuted: isMuted(mine, deps.clock.now()),
    unread: { ...unread, afterSeq },
  };
}

/** Of a chat that names them among its people; who is in a group is said by what it is to them. */
function isIn({ kind }: Pick<ChatDoc, 'kind'>, mine: MemberDoc | undefined): boolean {
  return kind === 'direct' || mine?.role !== undefined;
}

function isMuted(mine: Pick<MemberDoc, 'mutedUntil'> | undefined, now: number): boolean {
  return mine?.mutedUntil !== undefined && mine.mutedUntil.getTime() > now;
}

/** How much is unread to a person over all their chats, less the muted and the archived: what a badge says. */
export async function countBadge(deps: Deps, userId: UserId): Promise<number> {
  const user = new Types.ObjectId(userId);
  const [docs, members] = await Promise.all([
    chatModel(deps.db)
      .find({ participants: user, lastSeq: { $gt: 0 } }, fields)
      .lean(),
    memberModel(deps.db).find({ user, leftAt: null }).lean(),
  ]);
  const byChat = new Map(members.map((member) => [member.chat.toHexString(), member]));
  const now = deps.clock.now();
  const counts = docs.map(async (doc) => {
    const mine = byChat.get(doc._id.toHexString());
    const isCounted =
      isIn(doc, mine) &&
      !doc.mergedInto &&
      !isMuted(mine, now) &&
      !mine?.archivedAt &&
      readUpTo(doc, userId, mine) < doc.lastSeq;
    return isCounted ? (await countUnread(deps, { doc, viewerId: userId, mine })).unread : 0;
  });
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}
