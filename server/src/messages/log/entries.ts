import type { Message } from '@whisper/shared';
import type { ChangeGroup, LogHeads } from '../../chats/deps.ts';
import type { Changing } from './change-message.ts';
import type { Draft } from './insert-queue.ts';

export type Answer<T> = { resolve(result: T): void; reject(error: unknown): void };
export type Append = Answer<Message> & { readonly draft: Draft };
export type Change = Answer<Message> & Changing;
export type Administer = Answer<void> & ChangeGroup;
/** Something that is done between two writes. */
export type Between = Answer<void> & { readonly act: (heads: LogHeads) => Promise<void> };
/** What waits to be written to a chat's log. */
export type Entry = Append | Change | Administer | Between;

/** Takes from the queue new messages that wait together, changes of one message that wait together, or one change of the group. */
export function takeBatch(queue: Entry[], sizeMax: number): Entry[] {
  const [first] = queue;
  if (first && ('plan' in first || 'act' in first)) return queue.splice(0, 1);
  const belongs = (entry: Entry) =>
    first && 'messageId' in first
      ? 'messageId' in entry && entry.messageId === first.messageId
      : 'draft' in entry;
  const end = queue.findIndex((entry) => !belongs(entry));
  return queue.splice(0, Math.min(end === -1 ? queue.length : end, sizeMax));
}
