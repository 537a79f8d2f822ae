import type { ChatId, Unread, UserId } from '@whisper/shared';
import { lastingApart } from './apart.ts';
import { chatModel } from './chat.model.ts';
import { isSmall, toMarks, type Membership } from './chat.view.ts';
import { changeMember } from './change-member.ts';
import type { ChatsDeps } from './deps.ts';
import { listParticipants } from './list-changed-chats.ts';
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
  // Who blocks the other one reads unseen.
  const isSeen = isSmall(doc) && !lastingApart(known);
  // Whoever comes back asks by this for what moved while they were away; said first, a process that dies leaves it said.
  if (isSeen) await chatModel(deps.db).updateOne({ _id: doc._id }, { $max: { marksAt: at } });
  const member = await writeMark(deps, { membership, viewerId, field, mark, at });
  // Looked at after the mark moved: who came meanwhile may have read it as it was before.
  const told = isSeen ? await deps.blocks.without(viewerId, await findPeople(deps, membership)) : [viewerId];
  publishMarks(deps.broker, told, {
    chatId,
    userId: viewerId,
    at,
    ...toMarks(doc, viewerId, member),
  });
  return { doc, member };
}

async function findPeople({ db }: ChatsDeps, membership: Membership): Promise<readonly UserId[]> {
  return membership.kind === 'direct' ? membership.participants : listParticipants(db, membership.chatId);
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
