import type { ChatId, UserId } from '@whisper/shared';
import type { BlocksOf } from '../users/blocks.ts';
import type { ChatDoc } from './chat.model.ts';
import type { ApartDoc, Marks, MemberDoc } from './member.model.ts';

/** What lasts of it: the person blocks whom the chat is with. */
export function lastingApart(member: Pick<MemberDoc, 'apart'> | undefined): ApartDoc | undefined {
  const latest = member?.apart?.at(-1);
  return latest?.untilSeq === undefined ? latest : undefined;
}

/** The chat as it is to a person from whom its newest messages are kept. */
export function asSeenBy<D extends Pick<ChatDoc, 'lastSeq' | 'lastMessageAt'>>(
  doc: D,
  member: Pick<MemberDoc, 'apart'> | undefined,
): D {
  const latest = member?.apart?.at(-1);
  if (!latest || doc.lastSeq > (latest.untilSeq ?? Number.POSITIVE_INFINITY)) return doc;
  if (doc.lastSeq <= latest.afterSeq) return doc;
  return { ...doc, lastSeq: latest.afterSeq, lastMessageAt: latest.lastMessageAt };
}

/** How far somebody in a group has come, as a person is told; undefined of whom they block themselves. */
export function marksToldInGroup(
  now: Marks,
  { blocked, blockedBy }: BlocksOf,
  { chat, user, cameSeq = 0 }: Pick<MemberDoc, 'chat' | 'user' | 'cameSeq'>,
): Marks | undefined {
  const userId = user.toHexString() as UserId;
  if (blocked.has(userId)) return undefined;
  const known = blockedBy.get(userId);
  if (!known) return now;
  const came = { readSeq: cameSeq, deliveredSeq: cameSeq };
  return lower(now, known.marks.get(chat.toHexString() as ChatId) ?? came);
}

type Both = {
  readonly theirs: Pick<MemberDoc, 'apart'> | undefined;
  readonly mine: Pick<MemberDoc, 'apart'> | undefined;
};

/** How far the other person has come, as I am told. */
export function marksTold(now: Marks, { theirs, mine }: Both): Marks {
  return lower(lower(now, lastingApart(theirs)?.mine), lastingApart(mine)?.theirs);
}

function lower(one: Marks, other: Marks | undefined): Marks {
  if (!other) return one;
  return {
    readSeq: Math.min(one.readSeq, other.readSeq),
    deliveredSeq: Math.min(one.deliveredSeq, other.deliveredSeq),
  };
}
