import type { ChatId, Unread, UserId } from '@whisper/shared';
import { lastingApart } from './apart.ts';
import { chatModel } from './chat.model.ts';
import { isSmall, toMarks, toUserIds, type Membership } from './chat.view.ts';
import { changeMember } from './change-member.ts';
import type { ChatsDeps } from './deps.ts';
import type { MemberDoc } from './member.model.ts';
import { publishMarks } from './publish-chat-events.ts';
import { readMine, type Mine } from './read-mine.ts';
import { requireParticipant } from './require-participant.ts';
import { countUnread } from './show-chats.ts';

type Mark = { readonly viewerId: UserId; readonly chatId: ChatId; readonly seq: number };

/** Moves the person's read mark; resolves with what is unread then. Idempotent. */
export async function markRead(deps: ChatsDeps, mark: Mark): Promise<Unread> {
  const { doc, member } = await moveMark(deps, mark, 'readSeq');
  return countUnread(deps, { doc, viewerId: mark.viewerId, mine: member });
}

/** Notes what reached a device of the person; resolves with how far that is. Idempotent. */
export async function markDelivered(deps: ChatsDeps, mark: Mark): Promise<number> {
  const { doc, member } = await moveMark(deps, mark, 'deliveredSeq');
  return toMarks(doc, mark.viewerId, member).deliveredSeq;
}

/** Moves a mark forward, never back and never past the last message, and tells those who are to know when it moved. */
async function moveMark(
  deps: ChatsDeps,
  { viewerId, chatId: askedId, seq }: Mark,
  field: 'readSeq' | 'deliveredSeq',
): Promise<Mine> {
  const membership = await requireParticipant(deps, askedId, viewerId);
  const { chatId } = membership;
  const { doc, member: known } = await readMine(deps, chatId, viewerId);
  const mark = Math.min(seq, doc.lastSeq);
  const isUnreadAgain = field === 'readSeq' && known?.unread !== undefined;
  if (mark <= toMarks(doc, viewerId, known)[field] && !isUnreadAgain) return { doc, member: known };
  const at = new Date(deps.clock.now());
  const member = await writeMark(deps, { membership, viewerId, field, mark, at });
  // Who blocks the other one reads unseen.
  const isSeen = isSmall(doc) && !lastingApart(known);
  const told = isSeen ? await deps.blocks.without(viewerId, await touchMarks(deps, doc, at)) : [viewerId];
  publishMarks(deps.broker, told, {
    chatId,
    userId: viewerId,
    at,
    ...toMarks(doc, viewerId, member),
  });
  return { doc, member };
}

/**
 * Whoever comes back asks by this for what moved while they were away. Resolves with who is in the chat: who came while the
 * mark moved may have read it as it was before.
 */
async function touchMarks({ db }: ChatsDeps, { _id }: Mine['doc'], at: Date): Promise<UserId[]> {
  const update = { $max: { marksAt: at } };
  const options = { projection: { participants: 1 }, returnDocument: 'after' } as const;
  const doc = await chatModel(db).findOneAndUpdate({ _id }, update, options).lean();
  return doc ? toUserIds(doc) : [];
}

type Written = {
  readonly membership: Membership;
  readonly viewerId: UserId;
  readonly field: 'readSeq' | 'deliveredSeq';
  readonly mark: number;
  readonly at: Date;
};

function writeMark({ db }: ChatsDeps, written: Written): Promise<MemberDoc> {
  const { membership, viewerId, field, mark, at } = written;
  const update = {
    $max: { [field]: mark, changedAt: at },
    ...(field === 'readSeq' && { $unset: { unread: 1 } }),
  };
  return changeMember(db, { membership, userId: viewerId }, update);
}
