import type { ChatId, ClientId, MessageId, UserId } from '@whisper/shared';

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

/** A message on its way out, as it is kept. A forwarded one shows the text of its original. */
export type StoredDraft = Queued & { readonly text: string } & (
    | { readonly kind: 'send'; readonly replyTo?: MessageId; readonly mentions?: readonly UserId[] }
    | { readonly kind: 'forward'; readonly messageId: MessageId }
  );

/** A change of a message, on its way out. */
export type StoredChange = Queued & {
  /** Null while the message is itself on its way out, as the draft of this `draftId`. */
  readonly messageId: MessageId | null;
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

/** Whether an entry becomes a message of its own, rather than change one. */
export function isDraft(entry: StoredEntry): entry is StoredDraft {
  return entry.kind === 'send' || entry.kind === 'forward';
}
