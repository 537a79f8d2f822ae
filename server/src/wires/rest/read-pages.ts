import { limits, type Chat, type ChatId, type Message } from '@whisper/shared';
import type { Procedures } from '../../router.ts';

/** The old answer had no bound; nobody is known to have more chats than this. */
const chatsMax = 1_000;

/** All of a person's chats. One that moves to the top between two pages is still listed once. */
export async function listAllChats(api: Procedures): Promise<Chat[]> {
  const chats = new Map<ChatId, Chat>();
  let cursor: string | null | undefined;
  do {
    const page = await api.chat.list({ cursor });
    for (const chat of page.chats) if (!chats.has(chat.id)) chats.set(chat.id, chat);
    cursor = page.nextCursor;
  } while (cursor && chats.size < chatsMax);
  return [...chats.values()];
}

type Extent = { readonly chatId: ChatId; readonly before?: number | undefined; readonly limit: number };

type History = { readonly messages: readonly Message[]; readonly hasMore: boolean };

/** The newest `limit` messages before a place in the chat, ascending, read page by page. */
export async function readHistory(api: Procedures, { chatId, before, limit }: Extent): Promise<History> {
  const pages: Message[][] = [];
  let [missing, oldestSeq, hasMore] = [limit, before, true];
  while (hasMore && missing > 0) {
    const page = await api.message.list({
      chatId,
      before: oldestSeq,
      limit: Math.min(missing, limits.messagePageSizeMax),
    });
    pages.push(page.messages);
    missing -= page.messages.length;
    oldestSeq = page.messages[0]?.seq;
    hasMore = page.hasMore;
  }
  return { messages: pages.reverse().flat(), hasMore };
}
