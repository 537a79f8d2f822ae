import { z } from 'zod';
import { AttachmentSchema, attachmentIdsSchema } from './files.ts';
import { ChatIdSchema, ClientIdSchema, MessageIdSchema, UserIdSchema } from './ids.ts';
import { limits } from './limits.ts';
import { pageLimitSchema } from './paging.ts';
import { SystemSchema } from './system.ts';
import { CaptionSchema, TextSchema } from './text.ts';
import { UserSchema } from './users.ts';

/** What a message answers to, as it is now: an edit or a deletion of the original shows here too (`toReply`). Whoever is not shown the original gets none. */
export const ReplySchema = z.object({
  messageId: MessageIdSchema,
  seq: z.int().min(1),
  sender: UserSchema,
  excerpt: z.string().max(limits.excerptLengthMax),
  isDeleted: z.boolean(),
});
export type Reply = z.infer<typeof ReplySchema>;

export const ForwardedFromSchema = z.object({ sender: UserSchema, sentAt: z.date() });
export type ForwardedFrom = z.infer<typeof ForwardedFromSchema>;

/** One emoji: a single character as people see it, whatever it is made of. */
export const EmojiSchema = z
  .string()
  .min(1)
  .max(limits.emojiLengthMax)
  .refine(isOneEmoji, { message: 'is not one emoji' });

export const ReactionSchema = z.object({
  emoji: EmojiSchema,
  userIds: z.array(UserIdSchema).min(1).describe('In the order in which they reacted.'),
});
export type Reaction = z.infer<typeof ReactionSchema>;

const moment = z.date().nullable();

export const MessageSchema = z.object({
  id: MessageIdSchema,
  chatId: ChatIdSchema,
  seq: z.int().min(1).describe('Its place in the chat, for ever; ascending.'),
  rev: z.int().min(1).describe('The number of its latest change in the chat’s log.'),
  kind: z
    .enum(['text', 'system'])
    .describe(
      'A system message says what somebody did to the group; it is never changed and counts as nothing.',
    ),
  sender: UserSchema.describe('Of a system message: who did it.'),
  text: z
    .string()
    .describe('Empty once the message was deleted. Of a system message: what it says, as a sentence.'),
  clientId: ClientIdSchema,
  createdAt: z.date(),
  updatedAt: z.date(),
  editedAt: moment,
  deletedAt: moment.describe('The message was deleted for everyone: its place stays, its content is gone.'),
  pinnedAt: moment,
  replyTo: ReplySchema.nullable(),
  forwardedFrom: ForwardedFromSchema.nullable(),
  mentions: z.array(UserIdSchema).max(limits.mentionsMax),
  reactions: z.array(ReactionSchema).max(limits.reactionsMax),
  attachments: z
    .array(AttachmentSchema)
    .max(limits.attachmentsMax)
    .default([])
    .describe('None once the message was deleted.'),
  system: SystemSchema.nullable(),
});
export type Message = z.infer<typeof MessageSchema>;

/** What a plain message bears that nobody has changed or reacted to. */
export const neverChanged: Pick<
  Message,
  | 'kind'
  | 'editedAt'
  | 'deletedAt'
  | 'pinnedAt'
  | 'replyTo'
  | 'forwardedFrom'
  | 'mentions'
  | 'reactions'
  | 'attachments'
  | 'system'
> = {
  kind: 'text',
  editedAt: null,
  deletedAt: null,
  pinnedAt: null,
  replyTo: null,
  forwardedFrom: null,
  mentions: [],
  reactions: [],
  attachments: [],
  system: null,
};

const segmenter = /** @__PURE__ */ makeSegmenter();

/** Not every runtime of a client can split text into characters; there the server alone decides. */
function makeSegmenter(): Intl.Segmenter | undefined {
  return typeof Intl.Segmenter === 'function' ? new Intl.Segmenter() : undefined;
}

function isOneEmoji(text: string): boolean {
  if (!/\p{Extended_Pictographic}|\p{Regional_Indicator}{2}|^[0-9#*]\uFE0F?\u20E3$/u.test(text)) return false;
  return segmenter === undefined || [...segmenter.segment(text)].length === 1;
}

/** What an answer to this message shows of it: its text, or else what its files are called. */
export function toReply({ id, seq, sender, text, attachments, deletedAt }: Message): Reply {
  const excerpt = excerptOf(wordsOf({ text, attachments }));
  return { messageId: id, seq, sender, excerpt, isDeleted: deletedAt !== null };
}

/** A message in words, for where its files cannot be shown: its text, or what they are called. */
export function wordsOf({ text, attachments }: Pick<Message, 'text' | 'attachments'>): string {
  return text || attachments.map(({ name }) => name).join(', ');
}

/** The beginning of a text, never half a character of UTF-16. */
function excerptOf(text: string): string {
  if (text.length <= limits.excerptLengthMax) return text;
  const cut = text.slice(0, limits.excerptLengthMax);
  return /[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut;
}

const mentionsSchema = z.array(UserIdSchema).max(limits.mentionsMax);

// The format is what forms offer to make; any other key is taken as well.
export const newClientIdSchema = ClientIdSchema.meta({
  description: 'A key made once per message, best a UUID: sending it again returns the stored message.',
  format: 'uuid',
});

export const SendMessageInputSchema = z
  .object({
    chatId: ChatIdSchema,
    text: CaptionSchema.describe('May be empty beside files.'),
    clientId: newClientIdSchema,
    replyTo: MessageIdSchema.optional().describe('A message of the same chat.'),
    mentions: mentionsSchema.optional().describe('People of the chat.'),
    attachmentIds: attachmentIdsSchema
      .optional()
      .describe('My files that are in no message yet, in this order.'),
  })
  .superRefine(({ text, attachmentIds = [] }, context) => {
    if (text !== '' || attachmentIds.length > 0) return;
    context.addIssue({
      code: 'too_small',
      origin: 'string',
      minimum: 1,
      inclusive: true,
      path: ['text'],
      input: text,
    });
  });
export type SendMessageInput = z.infer<typeof SendMessageInputSchema>;

export const EditMessageInputSchema = z.object({
  messageId: MessageIdSchema,
  text: CaptionSchema.describe('May be empty beside files.'),
  mentions: mentionsSchema.optional(),
});
export type EditMessageInput = z.infer<typeof EditMessageInputSchema>;

export const DeleteMessageInputSchema = z.object({
  messageId: MessageIdSchema,
  for: z
    .enum(['everyone', 'me'])
    .describe('`everyone`: erased, its place stays. `me`: I alone do not see it any more.'),
});
export type DeleteMessageInput = z.infer<typeof DeleteMessageInputSchema>;

export const ReactInputSchema = z.object({
  messageId: MessageIdSchema,
  emoji: EmojiSchema,
  on: z.boolean().describe('Whether I react with it; repeating is harmless.'),
});
export type ReactInput = z.infer<typeof ReactInputSchema>;

export const PinInputSchema = z.object({ messageId: MessageIdSchema, on: z.boolean() });
export type PinInput = z.infer<typeof PinInputSchema>;

export const ForwardMessageInputSchema = z.object({
  messageId: MessageIdSchema,
  toChatId: ChatIdSchema,
  clientId: newClientIdSchema,
});
export type ForwardMessageInput = z.infer<typeof ForwardMessageInputSchema>;

export const ListEditsInputSchema = z.object({ messageId: MessageIdSchema });

/** Earlier texts of a message, oldest first; nothing once it was deleted. */
export const MessageEditsSchema = z.object({
  edits: z.array(z.object({ text: z.string(), mentions: z.array(UserIdSchema), writtenAt: z.date() })),
});
export type MessageEdits = z.infer<typeof MessageEditsSchema>;

const seqBound = z.int().min(0).optional();

export const ListMessagesInputSchema = z
  .object({
    chatId: ChatIdSchema,
    before: seqBound.describe('Only messages whose seq is smaller; the newest of them.'),
    after: seqBound.describe('Only messages whose seq is greater; the oldest of them.'),
    around: seqBound.describe('The messages on both sides of this place, and the one in it.'),
    limit: pageLimitSchema(limits.messagePageSizeMax),
  })
  .refine((input) => [input.before, input.after, input.around].filter((at) => at !== undefined).length <= 1, {
    message: 'give before, after or around, only one of them',
    path: ['after'],
  });
export type ListMessagesInput = z.infer<typeof ListMessagesInputSchema>;

/** Messages in ascending `seq`, whichever way the page was cut. Long texts make it shorter than was asked for. */
export const MessagePageSchema = z.object({
  messages: z.array(MessageSchema),
  hasMore: z.boolean().describe('More messages lie in the direction asked for; with `around`, older ones.'),
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

const changeShape = {
  chatId: ChatIdSchema,
  rev: z.int().min(1),
  prevRev: z
    .int()
    .min(0)
    .describe('The log position this follows: nothing that lies between the two is missing here.'),
  message: MessageSchema,
};

/** A message that is new to whoever follows the stream. */
export const MessageCreatedSchema = z.object({ type: z.literal('created'), ...changeShape });
export type MessageCreated = z.infer<typeof MessageCreatedSchema>;

/** A message as it is now: edited, deleted, reacted to, pinned. */
export const MessageUpdatedSchema = z.object({ type: z.literal('updated'), ...changeShape });
export type MessageUpdated = z.infer<typeof MessageUpdatedSchema>;

/** What happens in a chat's log. `synced` and `reset` carry no message, only a position in the stream. */
export const MessageEventSchema = z.discriminatedUnion('type', [
  MessageCreatedSchema,
  MessageUpdatedSchema,
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
