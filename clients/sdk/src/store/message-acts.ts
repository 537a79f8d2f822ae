import type { Message } from '@whisper/shared';
import { isDraft, type StoredDraft } from '../outbox/entry.ts';
import type { StoreParts } from './store-parts.ts';

type Parts = Pick<StoreParts, 'outbox' | 'openChats'>;

/** Gives a message another text, or one that is still on its way. */
export function editMessage(parts: Parts, message: Message | StoredDraft, text: string): void {
  const target = targetOf(parts, message);
  if (!target) return;
  if ('queuedAt' in target) return parts.outbox.editDraft(target, text);
  const { mentions } = target;
  parts.outbox.change({ kind: 'edit', text, mentions, ...toTarget(target) });
}

/** Deletes a message for everyone, or takes back one that is still on its way. */
export function removeMessage(parts: Parts, message: Message | StoredDraft): void {
  const target = targetOf(parts, message);
  if (!target) return;
  if ('queuedAt' in target) return parts.outbox.removeDraft(target);
  parts.outbox.change({ kind: 'delete', ...toTarget(target) });
}

/** What a change of a message is about. */
export function toTarget({ chatId, id, seq }: Message) {
  return { chatId, messageId: id, seq };
}

/** What stands for a message now: a draft may have been sent since it was shown. */
function targetOf(
  { outbox, openChats }: Parts,
  message: Message | StoredDraft,
): Message | StoredDraft | undefined {
  if (!('queuedAt' in message)) return message;
  const isIt = ({ clientId }: { readonly clientId: string }) => clientId === message.clientId;
  return outbox.entries.filter(isDraft).find(isIt) ?? openChats.get(message.chatId)?.log?.messages.find(isIt);
}
