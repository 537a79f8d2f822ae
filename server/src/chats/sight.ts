import type { ChatEvent, Message, Stretch, UserId } from '@whisper/shared';
import type { MemberDoc } from './member.model.ts';

/** What of a chat is shown to a person: what lies after a place, less what they hid, less what they keep from themselves. */
export type Sight = {
  readonly afterSeq: number;
  readonly hidden: ReadonlySet<number>;
  /** Places that are not shown, and whose person sees older messages as they were before. */
  readonly apart: readonly Stretch[];
  /** Whose sight it is, where messages are not the same to everyone. */
  readonly viewerId: UserId | undefined;
};

export const everything: Sight = { afterSeq: 0, hidden: new Set(), apart: [], viewerId: undefined };

/** What of the chat is shown to the person. */
export function toSight(
  member: Pick<MemberDoc, 'user' | 'joinedSeq' | 'hidden' | 'apart'> | undefined,
): Sight {
  if (!member?.joinedSeq && !member?.hidden && !member?.apart) return everything;
  return {
    afterSeq: member.joinedSeq ?? 0,
    hidden: new Set(member.hidden?.map(({ seq }) => seq)),
    apart: (member.apart ?? []).map(({ afterSeq, untilSeq = null }) => ({ afterSeq, untilSeq })),
    viewerId: member.apart && (member.user.toHexString() as UserId),
  };
}

/** The sight after its person was told that something is not shown any more. */
export function withHidden(sight: Sight, event: Extract<ChatEvent, { type: 'hidden' }>): Sight {
  const { seqs, apart } = event;
  const others = sight.apart.filter(({ afterSeq }) => afterSeq !== apart?.afterSeq);
  return {
    ...sight,
    hidden: new Set([...sight.hidden, ...seqs]),
    apart: apart ? [...others, apart] : others,
  };
}

/** Whether the message is shown, and as everyone sees it: what it answers may be a message that is not shown. */
export function isPlainly(sight: Sight, { seq, replyTo }: Message): boolean {
  return isShown(sight, seq) && (replyTo === null || mayBeOpened(sight, replyTo.seq));
}

export function isShown(sight: Sight, seq: number): boolean {
  return mayBeOpened(sight, seq) && !sight.hidden.has(seq);
}

/** Whether answers to what is in that place show it, and something may be done to it: also when its person hid it. */
export function mayBeOpened({ afterSeq, apart }: Sight, seq: number): boolean {
  return seq > afterSeq && !apart.some((stretch) => isIn(stretch, seq));
}

/** The message as it is shown, which is without what it answers when that is not. */
export function asShown(sight: Sight, message: Message): Message {
  return message.replyTo && !mayBeOpened(sight, message.replyTo.seq)
    ? { ...message, replyTo: null }
    : message;
}

function isIn({ afterSeq, untilSeq }: Stretch, seq: number): boolean {
  return seq > afterSeq && seq <= (untilSeq ?? Number.POSITIVE_INFINITY);
}
