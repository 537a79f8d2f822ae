import { filesOf, isDraft, type StoredEntry } from '@whisper/client';
import { wordsOf, type Chat, type UserId } from '@whisper/shared';
import { noticeOf } from '../conversation/notice.ts';

/** What a chat's line in the list shows of it. */
export type Preview =
  | { readonly type: 'none' }
  | { readonly type: 'draft'; readonly text: string }
  | { readonly type: 'waiting' | 'failed'; readonly text: string; readonly at: Date }
  /** `by` names who said it, where that is not plain. */
  | { readonly type: 'said'; readonly text: string; readonly at: Date; readonly by: string | null };

/** No line shows more of a text. */
const previewLengthMax = 200;

type Own = {
  readonly meId: UserId | undefined;
  /** What is being written there. */
  readonly draft: string;
  /** Everything on its way out, in the order of sending. */
  readonly outbox: readonly StoredEntry[];
};

/** What is being written comes first, then what is on its way, then what was said last. */
export function previewOf(chat: Chat, { meId, draft, outbox }: Own): Preview {
  const { id, lastMessage } = chat;
  if (draft.trim() !== '') return { type: 'draft', text: cut(draft.trim()) };
  const own = outbox.filter(isDraft).findLast(({ chatId }) => chatId === id);
  if (own && own.clientId !== lastMessage?.clientId) {
    const type = own.failure ? 'failed' : 'waiting';
    return {
      type,
      text: cut(
        own.text ||
          filesOf(own)
            .map(({ name }) => name)
            .join(', '),
      ),
      at: new Date(own.queuedAt),
    };
  }
  if (!lastMessage) return { type: 'none' };
  const { sender, createdAt, deletedAt } = lastMessage;
  const notice = noticeOf(lastMessage, meId);
  if (notice !== null) return { type: 'said', text: cut(notice), at: createdAt, by: null };
  const text = deletedAt === null ? wordsOf(lastMessage) : 'Message deleted';
  const name = chat.kind === 'group' ? sender.name : null;
  return { type: 'said', text: cut(text), at: createdAt, by: sender.id === meId ? 'You' : name };
}

function cut(text: string): string {
  return text.slice(0, previewLengthMax);
}
