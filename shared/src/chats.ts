import { z } from 'zod';
import { ChatIdSchema, UserIdSchema } from './ids.ts';
import { limits } from './limits.ts';
import { MessageSchema } from './messages.ts';
import { cursorSchema, pageLimitSchema } from './paging.ts';
import { UserSchema } from './users.ts';

/** A chat as one of its participants sees it. */
export const ChatSchema = z.object({
  id: ChatIdSchema,
  participant: UserSchema.describe('The other person.'),
  lastMessage: MessageSchema.nullable(),
  lastMessageAt: z
    .date()
    .describe('When the last message was sent; the chat’s creation while there is none.'),
  unread: z.int().min(0).describe('Messages after the last one this person has read.'),
  createdAt: z.date(),
});
export type Chat = z.infer<typeof ChatSchema>;

export const ListChatsInputSchema = z.object({
  cursor: cursorSchema,
  limit: pageLimitSchema(limits.chatPageSizeMax),
});
export type ListChatsInput = z.infer<typeof ListChatsInputSchema>;

/** Newest conversation first. */
export const ChatPageSchema = z.object({ chats: z.array(ChatSchema), nextCursor: z.string().nullable() });
export type ChatPage = z.infer<typeof ChatPageSchema>;

export const GetChatInputSchema = z.object({ chatId: ChatIdSchema });

export const OpenDirectInputSchema = z.object({ userId: UserIdSchema });

export const MarkReadInputSchema = z.object({
  chatId: ChatIdSchema,
  seq: z.int().min(0).describe('The place of the newest message the person has seen.'),
});
export const MarkReadOutputSchema = z.object({ unread: z.int().min(0) });
