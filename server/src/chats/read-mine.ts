import type { ChatId, UserId } from '@whisper/shared';
import { asSeenBy } from './apart.ts';
import type { ChatDoc } from './chat.model.ts';
import type { ChatsDeps } from './deps.ts';
import { findMember } from './find-members.ts';
import type { MemberDoc } from './member.model.ts';
import { chatNotFound } from './require-participant.ts';
import { settledChats } from './settled-chats.ts';

/** A chat, and what it is to a person who was seen to be in it. */
export type Mine = { readonly doc: ChatDoc; readonly member: MemberDoc | undefined };

export async function readMine(deps: ChatsDeps, chatId: ChatId, viewerId: UserId): Promise<Mine> {
  const chats = await settledChats(deps);
  const [doc, member] = await Promise.all([
    chats.findById(chatId).lean(),
    findMember(deps.db, chatId, viewerId),
  ]);
  if (!doc) throw chatNotFound();
  return { doc: asSeenBy(doc, member), member };
}
