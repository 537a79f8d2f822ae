import { limits, type Chat, type ChatId, type Message } from '@whisper/shared';
import type { Procedures } from '../../router.ts';

/** The old answer had no bound; nobody is known to have more chats than this. */
const chatsMax = 1_000;

/** Characters of text after which an answer ends early: the next page is for the next request. */
const answerTextMax = 1024 * 1024;

/** All of a person's chats. One that moves to the top between two pages is still listed once. */
export async function listAllChats(api: Procedures): Promise<Chat[]> {
  const chats = new Map<ChatId, Chat>();
  let cursor: string | null | undefined;
  let length = 0;
  do {
    const page = await api.chat.list({ cursor });
    for (const chat of page.chats) if (!chats.has(chat.id)) chats.set(chat.id, chat);
    cursor = page.nextCursor;
    for (const { lastMessage } of page.chats) length += lastMessage?.text.length ?? 0;
  } while (cursor && chats.size < chatsMax && length < answerTextMax);
  return [...chats.values()];
}

type Extent = { readonly chatId: ChatId; readonly before?: number | undefined; readonly limit: number };

type History = { readonly messages: readonly Message[]; readonly hasMore: boolean };

/** The newest `limit` messages before a place in the chat, ascending, read page by page. */
export async function readHistory(api: Procedures, { chatId, before, limit }: Extent): Promise<History> {
  const pages: Message[][] = [];
  let [missing, oldestSeq, hasMore, length] = [limit, before, true, 0];
  while (hasMore && missing > 0 && length < answerTextMax) {
    const page = await api.message.list({
      chatId,
      before: oldestSeq,
      limit: Math.min(missing, limits.messagePageSizeMax),
    });
    pages.push(page.messages);
    for (const { text } of page.messages) length += text.length;
    missing -= page.messages.length;
    oldestSeq = page.messages[0]?.seq;
    hasMore = page.hasMore;
  }
  return { messages: pages.reverse().flat(), hasMore };
}
