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
  lastSeq: z.int().min(0).describe('The place of the newest message; 0 while there is none.'),
  unread: z
    .int()
    .min(0)
    .describe('What others wrote after the last message this person has read, less what they deleted.'),
  readSeq: z.int().min(0).describe('The place of the newest message this person has read.'),
  theirReadSeq: z.int().min(0).describe('The same of the other person.'),
  theirDeliveredSeq: z.int().min(0).describe('The newest message that reached a device of the other person.'),
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
export const MarkDeliveredInputSchema = z.object({
  chatId: ChatIdSchema,
  seq: z.int().min(0).describe('The place of the newest message that reached this device.'),
});
export const MarkDeliveredOutputSchema = z.object({ deliveredSeq: z.int().min(0) });

/** How far a person of the chat has come; whoever has read a message has received it. Marks only go forward. */
export const MarksMovedSchema = z.object({
  type: z.literal('marks'),
  chatId: ChatIdSchema,
  userId: UserIdSchema,
  readSeq: z.int().min(0),
  deliveredSeq: z.int().min(0),
});
export type MarksMoved = z.infer<typeof MarksMovedSchema>;

/** What happens to my chats besides messages. State, not deltas, so a repeat is harmless. */
export const ChatEventSchema = z.discriminatedUnion('type', [
  MarksMovedSchema,
  z
    .object({ type: z.literal('synced') })
    .describe('Everything that was missed has been sent; what follows is live.'),
  z
    .object({ type: z.literal('reset') })
    .describe('The cursor is too old or not ours: fetch the chats again. What follows is live.'),
]);
export type ChatEvent = z.infer<typeof ChatEventSchema>;

export const WatchChatsInputSchema = z.object({
  lastEventId: z.string().max(limits.cursorLengthMax).nullish(),
});
export type WatchChatsInput = z.infer<typeof WatchChatsInputSchema>;

export const MarkReadOutputSchema = z.object({ unread: z.int().min(0) });
