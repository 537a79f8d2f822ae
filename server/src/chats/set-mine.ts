import type { Chat, ChatId, SetMineInput, Unread, UserId } from '@whisper/shared';
import { readUpTo, toMarks } from './chat.view.ts';
import { changeMember } from './change-member.ts';
import type { ChatsDeps } from './deps.ts';
import { findMember } from './find-members.ts';
import { getChat } from './get-chat.ts';
import { publishMine } from './publish-chat-events.ts';
import { readMine } from './read-mine.ts';
import { requireParticipant } from './require-participant.ts';
import { countUnread } from './show-chats.ts';

/** Changes what a chat is to the person alone, on all their devices. What is left out stays. Idempotent. */
export async function setMine(
  deps: ChatsDeps,
  viewerId: UserId,
  { chatId: askedId, mutedUntil, pinned, archived }: SetMineInput,
): Promise<Chat> {
  const membership = await requireParticipant(deps, askedId, viewerId);
  const { chatId } = membership;
  const known = await findMember(deps.db, chatId, viewerId);
  const at = new Date(deps.clock.now());
  const wanted = {
    mutedUntil: mutedUntil === undefined ? known?.mutedUntil : (mutedUntil ?? undefined),
    pinnedAt: momentFor(pinned, known?.pinnedAt, at),
    archivedAt: momentFor(archived, known?.archivedAt, at),
  };
  const isChanged = Object.entries(wanted).some(
    ([field, moment]) => known?.[field as keyof typeof wanted]?.getTime() !== moment?.getTime(),
  );
  if (isChanged) {
    await changeMember(deps.db, { membership, userId: viewerId }, toUpdate(wanted, at));
    publishMine(deps.broker, viewerId, { chatId, at });
  }
  return getChat(deps, viewerId, chatId);
}

/** Pinning what is pinned changes nothing, so the moment stays that of the first time. */
function momentFor(isOn: boolean | undefined, known: Date | undefined, now: Date): Date | undefined {
  if (isOn === undefined) return known;
  return isOn ? (known ?? now) : undefined;
}

type Mine = Readonly<Record<'mutedUntil' | 'pinnedAt' | 'archivedAt', Date | undefined>>;

function toUpdate(wanted: Mine, at: Date) {
  const fields = Object.entries(wanted);
  const unset = fields.filter(([, moment]) => moment === undefined).map(([field]) => [field, 1]);
  return {
    $set: {
      ...Object.fromEntries(fields.filter(([, moment]) => moment !== undefined)),
      mineAt: at,
      changedAt: at,
    },
    ...(unset.length > 0 && { $unset: Object.fromEntries(unset) as Readonly<Record<string, 1>> }),
  };
}

type From = { readonly chatId: ChatId; readonly seq: number };

/**
 * Makes what others wrote from a place on count as unread to the person, until they read further. How far they have read
 * is not taken back for anybody else.
 */
export async function markUnread(
  deps: ChatsDeps,
  viewerId: UserId,
  { chatId: askedId, seq }: From,
): Promise<Unread> {
  const membership = await requireParticipant(deps, askedId, viewerId);
  const { chatId } = membership;
  const { doc, member: known } = await readMine(deps, chatId, viewerId);
  const { readSeq } = toMarks(doc, viewerId, known);
  const isMoved = readUpTo(doc, viewerId, known) !== Math.min(readSeq, seq - 1);
  const at = new Date(deps.clock.now());
  const unread = { fromSeq: seq, readSeq };
  let mine = known;
  if (isMoved) {
    const update = { $set: { unread, mineAt: at, changedAt: at } };
    mine = await changeMember(deps.db, { membership, userId: viewerId }, update);
    publishMine(deps.broker, viewerId, { chatId, at });
  }
  return countUnread(deps, { doc, viewerId, mine });
}
