import type { Chat, UserId } from '@whisper/shared';

const spokenLengthMax = 200;

/** What others wrote between two states of the chat list, as it is spoken; empty when nothing. */
export function findNews(before: readonly Chat[], after: readonly Chat[], meId: UserId | undefined): string {
  const seqs = new Map(before.map((chat) => [chat.id, chat.lastMessage?.seq ?? 0]));
  return after
    .map(({ id, lastMessage }) => (lastMessage && lastMessage.seq > (seqs.get(id) ?? 0) ? lastMessage : null))
    .filter((message) => message !== null && message.sender.id !== meId)
    .map((message) => `${message?.sender.name}: ${message?.text.slice(0, spokenLengthMax)}`)
    .join('. ');
}
