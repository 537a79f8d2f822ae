import type { ChatId, ClientId, CreateFileInput, MessageId, UserId } from '@whisper/shared';

type Queued = {
  /** Names the entry for ever; the server knows a message by it. */
  readonly clientId: ClientId;
  /** The chat in whose order it is carried out. */
  readonly chatId: ChatId;
  /** Epoch milliseconds, made unique so that it is also the order of sending. */
  readonly queuedAt: number;
  /** Set when the server refused it for good and a person must decide. */
  readonly failure?: { readonly code: string; readonly message: string };
};

/** A message on its way out, as it is kept. A forwarded one shows its original in words. */
export type StoredDraft = Queued & { readonly text: string } & (
    | {
        readonly kind: 'send';
        readonly replyTo?: MessageId;
        readonly mentions?: readonly UserId[];
        /** What goes with it; their bytes are kept apart, and it waits for them. */
        readonly files?: readonly CreateFileInput[];
      }
    | { readonly kind: 'forward'; readonly messageId: MessageId }
  );

/** A change of a message, on its way out. */
export type StoredChange = Queued & {
  /** Null while the message is itself on its way out, as the draft of this `draftId`. */
  readonly messageId: MessageId | null;
  /** Where the message is, which finds it at once; earlier versions did not keep it. */
  readonly seq?: number;
  readonly draftId?: ClientId;
} & (
    | { readonly kind: 'edit'; readonly text: string; readonly mentions?: readonly UserId[] }
    | { readonly kind: 'delete' }
    /** Deleted for this person alone. */
    | { readonly kind: 'hide' }
    | { readonly kind: 'react'; readonly emoji: string; readonly on: boolean }
    | { readonly kind: 'pin'; readonly on: boolean }
  );

/** Without a `kind` it is a message that version 0.1.0 left (`withKind`). */
export type StoredEntry = StoredDraft | StoredChange;

/** The files that a message on its way out waits for. */
export function filesOf(entry: StoredEntry): readonly CreateFileInput[] {
  return (entry.kind === 'send' && entry.files) || [];
}

/** Whether an entry becomes a message of its own, rather than change one. */
export function isDraft(entry: StoredEntry): entry is StoredDraft {
  return entry.kind === 'send' || entry.kind === 'forward';
}

/** An entry as it is asked for; the outbox gives it its name and its place. */
export type NewEntry<Entry> = Entry extends StoredEntry
  ? Omit<Entry, 'clientId' | 'queuedAt' | 'failure'>
  : never;

/** What must not be overtaken: the chat's order, and the message's wherever it is passed on to. */
export function touchedBy(entry: StoredEntry): string[] {
  const { chatId } = entry;
  return entry.kind === 'send' || entry.messageId === null ? [chatId] : [chatId, entry.messageId];
}

/** Whether two changes decide the same of a message. */
export function isAlike(one: NewEntry<StoredChange>, other: NewEntry<StoredChange>): boolean {
  if (one.messageId !== other.messageId || one.draftId !== other.draftId) return false;
  return one.kind === 'react' && other.kind === 'react' ? one.emoji === other.emoji : one.kind === other.kind;
}

/** What a change of a draft is about. */
export function toTarget({ chatId, clientId }: StoredDraft) {
  return { chatId, messageId: null, draftId: clientId };
}
