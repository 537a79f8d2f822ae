import type { Message } from '@whisper/shared';
import type { MemberDoc } from './member.model.ts';

/** What of a chat is shown to a person: what lies after a place, less what they hid. */
export type Sight = { readonly afterSeq: number; readonly hidden: ReadonlySet<number> };

export const everything: Sight = { afterSeq: 0, hidden: new Set() };

/** What of the chat is shown to the person. */
export function toSight(member: Pick<MemberDoc, 'joinedSeq' | 'hidden'> | undefined): Sight {
  if (!member?.joinedSeq && !member?.hidden) return everything;
  return {
    afterSeq: member.joinedSeq ?? 0,
    hidden: new Set(member.hidden?.map(({ seq }) => seq)),
  };
}

/** The sight less these places. */
export function without({ afterSeq, hidden }: Sight, seqs: readonly number[]): Sight {
  return { afterSeq, hidden: new Set([...hidden, ...seqs]) };
}

/** Whether the message is shown, and as everyone sees it: what it answers may lie before the place where the sight begins. */
export function isPlainly(sight: Sight, { seq, replyTo }: Message): boolean {
  return isShown(sight, seq) && (replyTo === null || replyTo.seq > sight.afterSeq);
}

export function isShown({ afterSeq, hidden }: Sight, seq: number): boolean {
  return seq > afterSeq && !hidden.has(seq);
}

/** The message as it is shown, which is without what it answers when that is not. */
export function asShown(sight: Sight, message: Message): Message {
  return message.replyTo && message.replyTo.seq <= sight.afterSeq ? { ...message, replyTo: null } : message;
}
