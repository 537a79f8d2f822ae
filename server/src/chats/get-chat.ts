import type { Chat, ChatId, UserId } from '@whisper/shared';
import type { ChatsDeps } from './deps.ts';
import { chatNotFound, requireParticipant } from './require-participant.ts';
import { settledChats } from './settled-chats.ts';
import { showChats } from './show-chats.ts';

export async function getChat(deps: ChatsDeps, viewerId: UserId, chatId: ChatId): Promise<Chat> {
  const membership = await requireParticipant(deps, chatId, viewerId);
  const chats = await settledChats(deps);
  const doc = await chats.findById(membership.chatId).lean();
  const [chat] = doc ? await showChats(deps, viewerId, [doc]) : [];
  if (!chat) throw chatNotFound();
  return chat;
}
