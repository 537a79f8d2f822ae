import { isDraft, type StoredEntry } from '@whisper/client';
import type { Chat } from '@whisper/shared';

/** What a chat's line in the list shows of it. */
export type Preview =
  | { readonly type: 'none' }
  | { readonly type: 'draft'; readonly text: string }
  | { readonly type: 'waiting' | 'failed'; readonly text: string; readonly at: Date }
  | { readonly type: 'said'; readonly text: string; readonly at: Date; readonly isMine: boolean };

/** No line shows more of a text. */
const previewLengthMax = 200;

type Own = {
  readonly meId: string | undefined;
  /** What is being written there. */
  readonly draft: string;
  /** Everything on its way out, in the order of sending. */
  readonly outbox: readonly StoredEntry[];
};

/** What is being written comes first, then what is on its way, then what was said last. */
export function previewOf({ id, lastMessage }: Chat, { meId, draft, outbox }: Own): Preview {
  if (draft.trim() !== '') return { type: 'draft', text: cut(draft.trim()) };
  const own = outbox.filter(isDraft).findLast(({ chatId }) => chatId === id);
  if (own && own.clientId !== lastMessage?.clientId) {
    const type = own.failure ? 'failed' : 'waiting';
    return { type, text: cut(own.text), at: new Date(own.queuedAt) };
  }
  if (!lastMessage) return { type: 'none' };
  const { sender, createdAt, deletedAt } = lastMessage;
  const text = deletedAt === null ? lastMessage.text : 'Message deleted';
  return { type: 'said', text: cut(text), at: createdAt, isMine: sender.id === meId };
}

function cut(text: string): string {
  return text.slice(0, previewLengthMax);
}
