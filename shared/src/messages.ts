import { z } from 'zod';
import { ChatIdSchema, ClientIdSchema, MessageIdSchema } from './ids.ts';
import { limits } from './limits.ts';
import { pageLimitSchema } from './paging.ts';
import { MessageTextSchema, TextSchema } from './text.ts';
import { UserSchema } from './users.ts';

export const MessageSchema = z.object({
  id: MessageIdSchema,
  chatId: ChatIdSchema,
  sender: UserSchema,
  text: z.string(),
  seq: z.int().min(1).describe('Its place in the chat, for ever; ascending.'),
  rev: z.int().min(1).describe('The number of its latest change in the chat’s log.'),
  clientId: ClientIdSchema,
  createdAt: z.date(),
  updatedAt: z.date(),
});
export type Message = z.infer<typeof MessageSchema>;

export const SendMessageInputSchema = z.object({
  chatId: ChatIdSchema,
  text: MessageTextSchema,
  // The format is what forms offer to make; any other key is taken as well.
  clientId: ClientIdSchema.meta({
    description: 'A key made once per message, best a UUID: sending it again returns the stored message.',
    format: 'uuid',
  }),
});
export type SendMessageInput = z.infer<typeof SendMessageInputSchema>;

const seqBound = z.int().min(0).optional();

export const ListMessagesInputSchema = z
  .object({
    chatId: ChatIdSchema,
    before: seqBound.describe('Only messages whose seq is smaller; the newest of them.'),
    after: seqBound.describe('Only messages whose seq is greater; the oldest of them.'),
    limit: pageLimitSchema(limits.messagePageSizeMax),
  })
  .refine((input) => input.before === undefined || input.after === undefined, {
    message: 'give before or after, not both',
    path: ['after'],
  });
export type ListMessagesInput = z.infer<typeof ListMessagesInputSchema>;

/** Messages in ascending `seq`, whichever way the page was cut. Long texts make it shorter than was asked for. */
export const MessagePageSchema = z.object({
  messages: z.array(MessageSchema),
  hasMore: z.boolean().describe('More messages lie in the direction asked for.'),
  rev: z.int().min(0).describe('The chat’s log position this page is at least as new as.'),
});
export type MessagePage = z.infer<typeof MessagePageSchema>;

export const ListChangesInputSchema = z.object({
  chatId: ChatIdSchema,
  afterRev: z.int().min(0),
  limit: pageLimitSchema(limits.changesPageSizeMax),
});
export type ListChangesInput = z.infer<typeof ListChangesInputSchema>;

/** Everything changed after a log position, in `rev` order, each message once. Long texts make it shorter. */
export const MessageChangesSchema = z.object({
  messages: z.array(MessageSchema),
  hasMore: z.boolean(),
  rev: z
    .int()
    .min(0)
    .describe('The position reached: the last message’s rev, or `afterRev` when there is none.'),
});
export type MessageChanges = z.infer<typeof MessageChangesSchema>;

export const MessageCreatedSchema = z.object({
  type: z.literal('created'),
  chatId: ChatIdSchema,
  rev: z.int().min(1),
  message: MessageSchema,
});
export type MessageCreated = z.infer<typeof MessageCreatedSchema>;

/** What happens in a chat's log. `synced` and `reset` carry no message, only a position in the stream. */
export const MessageEventSchema = z.discriminatedUnion('type', [
  MessageCreatedSchema,
  z
    .object({ type: z.literal('synced') })
    .describe('Everything that was missed has been sent; what follows is live.'),
  z
    .object({ type: z.literal('reset') })
    .describe('The cursor is too old or not ours: fetch again. What follows is live.'),
]);
export type MessageEvent = z.infer<typeof MessageEventSchema>;

export const WatchMessagesInputSchema = z.object({
  chatId: ChatIdSchema.optional().describe(
    'One chat (exactly once); leave it out for all my chats (at least once).',
  ),
  lastEventId: TextSchema.max(limits.cursorLengthMax).nullish(),
});
export type WatchMessagesInput = z.infer<typeof WatchMessagesInputSchema>;
