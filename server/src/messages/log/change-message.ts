import type { MessageId, UserId } from '@whisper/shared';
import type { Connection as Database } from 'mongoose';
import { AppError, isDuplicateKey } from '../../platform/errors.ts';
import { withTerms } from '../../words/terms.ts';
import { messageModel, type MessageDoc } from './message.model.ts';

/** The message as it is after a change; the same object when there is nothing to change. Throws when it is not allowed. */
export type ChangeMessage = (doc: MessageDoc, now: Date) => MessageDoc;

/** A message that is not there and a message of a chat that is not yours get the same answer. */
export const messageNotFound = () => new AppError('NOT_FOUND', 'Message not found');

/** A change of one message, and who makes it: somebody in the chat. */
export type Changing = {
  readonly messageId: MessageId;
  /** `nobody`: what the product itself does, whoever is in the chat. */
  readonly by: UserId | 'nobody';
  readonly change: ChangeMessage;
};

type Waiting = { readonly change: ChangeMessage };

type Applied<W> = {
  /** Undefined when nothing is left to do. */
  readonly next: MessageDoc | undefined;
  readonly accepted: readonly W[];
  readonly refused: readonly (readonly [W, unknown])[];
};

/** One change after the other; what one of them throws concerns that one alone. */
export function applyChanges<W extends Waiting>(
  doc: MessageDoc | null,
  changes: readonly W[],
  now: Date,
): Applied<W> {
  const accepted: W[] = [];
  const refused: (readonly [W, unknown])[] = [];
  let next = doc;
  for (const waiting of changes) {
    try {
      if (!next) throw messageNotFound();
      next = waiting.change(next, now);
      accepted.push(waiting);
    } catch (error) {
      refused.push([waiting, error]);
    }
  }
  return { next: accepted.length > 0 && next ? next : undefined, accepted, refused };
}

/** A changed message keeps the numbers it had for this long: far longer than a node believes in heads it has read. */
const numbersKeptMs = 60_000;
/** More changes of one message within that time have to wait. */
const numbersMax = 2_000;

type Replacement = {
  readonly doc: MessageDoc;
  readonly next: MessageDoc;
  readonly rev: number;
  readonly now: Date;
};

/**
 * Stores the changed message under its new number and answers what is stored; undefined when it is not as it was any more,
 * or somebody else has the number. Other failures throw, and then it is unknown whether it was stored.
 */
export async function replaceMessage(
  db: Database,
  { doc, next, rev, now }: Replacement,
): Promise<MessageDoc | undefined> {
  const revs = [...recentNumbers(doc, now), { n: rev, at: now }];
  if (revs.length > numbersMax)
    throw new AppError('SERVICE_UNAVAILABLE', 'This message changes too fast right now');
  try {
    const createdRev = doc.createdRev ?? doc.seq;
    const stored = withTerms({ ...next, rev, createdRev, revs, changedAt: now, updatedAt: now });
    const { matchedCount } = await messageModel(db).collection.replaceOne(
      { _id: doc._id, rev: doc.rev },
      stored,
    );
    return matchedCount === 1 ? stored : undefined;
  } catch (error) {
    if (isDuplicateKey(error)) return undefined;
    throw error;
  }
}

function recentNumbers({ rev, revs, changedAt }: MessageDoc, now: Date) {
  const known = revs ?? [{ n: rev, at: changedAt }];
  const since = now.getTime() - numbersKeptMs;
  return known.filter(({ n, at }) => n === rev || at.getTime() > since);
}
