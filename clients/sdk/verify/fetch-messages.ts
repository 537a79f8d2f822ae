import { limits, type ChatId, type Message } from '@whisper/shared';
import type { WhisperClient } from '../src/index.ts';

/** Every message of a chat, as the server shows it to the person now. */
export async function fetchMessages({ api }: WhisperClient, chatId: ChatId): Promise<Message[]> {
  const all: Message[] = [];
  for (let hasMore = true; hasMore; ) {
    const after = all.at(-1)?.seq ?? 0;
    const page = await api.message.list.query({ chatId, after, limit: limits.messagePageSizeMax });
    all.push(...page.messages);
    ({ hasMore } = page);
  }
  return all;
}
