import type { ChatEvent, ChatId, Message, Stretch, UserId } from '@whisper/shared';
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

type HiddenEvent = Extract<ChatEvent, { type: 'hidden' }>;

/** What of their chats is shown to a person, as one stream of theirs knows it: as it was read, and as they were told since. */
export class KnownSights {
  #sights = new Map<ChatId, Sight>();
  #told: HiddenEvent[] = [];

  of(chatId: ChatId): Sight {
    return this.#sights.get(chatId) ?? everything;
  }

  tell(event: ChatEvent): void {
    if (event.type !== 'hidden') return;
    this.#told.push(event);
    this.#sights.set(event.chatId, withHidden(this.of(event.chatId), event));
  }

  /** To be called before anything is read: what is told from then on may be missing in it. */
  beginReading(): void {
    this.#told = [];
  }

  learn(chatId: ChatId, read: Sight): void {
    const told = this.#told.filter((event) => event.chatId === chatId);
    this.#sights.set(chatId, told.reduce(withHidden, read));
  }

  /** The same for all of the person's chats that are not shown as a whole. */
  learnAll(read: ReadonlyMap<ChatId, Sight>): void {
    this.#sights = new Map();
    for (const { chatId } of this.#told) this.learn(chatId, everything);
    for (const [chatId, sight] of read) this.learn(chatId, sight);
  }
}

function withHidden(sight: Sight, event: HiddenEvent): Sight {
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
  return isShown(sight, seq) && (replyTo === null || isShown(sight, replyTo.seq));
}

export function isShown(sight: Sight, seq: number): boolean {
  return mayBeOpened(sight, seq) && !sight.hidden.has(seq);
}

/** Whether something may be done to what is in that place: also when its person hid it. */
export function mayBeOpened({ afterSeq, apart }: Sight, seq: number): boolean {
  return seq > afterSeq && !apart.some((stretch) => isIn(stretch, seq));
}

/** The message as it is shown, which is without what it answers when that is not. */
export function asShown(sight: Sight, message: Message): Message {
  return message.replyTo && !isShown(sight, message.replyTo.seq) ? { ...message, replyTo: null } : message;
}

function isIn({ afterSeq, untilSeq }: Stretch, seq: number): boolean {
  return seq > afterSeq && seq <= (untilSeq ?? Number.POSITIVE_INFINITY);
}
