import type { Chat, ChatId, UserId } from '@whisper/shared';
import type { AppContext } from '../app-context.ts';
import { chatModel } from './chat.model.ts';
import { chatNotFound, requireParticipant } from './require-participant.ts';
import { showChats } from './show-chats.ts';

export async function getChat(app: AppContext, viewerId: UserId, chatId: ChatId): Promise<Chat> {
  await requireParticipant(app, chatId, viewerId);
  await app.lastMessages.settled();
  const doc = await chatModel(app.db).findById(chatId).lean();
  const [chat] = doc ? await showChats(app, viewerId, [doc]) : [];
  if (!chat) throw chatNotFound();
  return chat;
}
