import { z } from 'zod';
import { ChatIdSchema, UserIdSchema } from './ids.ts';
import { limits } from './limits.ts';
import { MessageSchema } from './messages.ts';
import { cursorSchema, pageLimitSchema } from './paging.ts';
import { RoleSchema } from './roles.ts';
import { UserSchema, type User } from './users.ts';

const count = z.int().min(0);

/** What every chat shows to one of its people. */
const commonShape = {
  id: ChatIdSchema,
  lastMessage: MessageSchema.nullable().describe('The newest that this person may see.'),
  lastMessageAt: z
    .date()
    .describe('When the last message was sent; the chat’s creation while there is none.'),
  lastSeq: count.describe('The place of the newest message; 0 while there is none.'),
  unread: count.describe(
    'What others wrote after the last message this person has read, less what they deleted or this person hid.',
  ),
  unreadMentions: count.describe('Those among the unread that name this person.'),
  readSeq: count.describe(
    'The place after which messages are unread to this person; only `chat.markUnread` moves it back.',
  ),
  mutedUntil: z.date().nullable().describe('No notifications until then.'),
  pinnedAt: z.date().nullable(),
  archivedAt: z.date().nullable(),
  createdAt: z.date(),
};

export const DirectChatSchema = z.object({
  kind: z.literal('direct'),
  ...commonShape,
  participant: UserSchema.describe('The other person.'),
  theirReadSeq: count.describe('The place of the newest message the other person has read.'),
  theirDeliveredSeq: count.describe('The newest message that reached a device of the other person.'),
  isBlocked: z.boolean().optional().describe('I block the other person: nothing goes either way.'),
});
export type DirectChat = z.infer<typeof DirectChatSchema>;

/** What a group is to everyone in it. */
export const GroupStateSchema = z.object({
  name: z.string(),
  avatar: z.string().nullable(),
  memberCount: count,
  historyVisible: z.boolean().describe('Whether those who come see what was written before.'),
  slowModeSeconds: count
    .optional()
    .describe('So long members wait after each message of theirs; 0 or absent for no time.'),
  readOnly: z.boolean().optional().describe('Only owners and admins write.'),
  retentionDays: z
    .int()
    .min(1)
    .nullable()
    .optional()
    .describe('After how many days its messages are erased; null when the group says nothing of it.'),
});
export type GroupState = z.infer<typeof GroupStateSchema>;

/** How far one person of a chat has come; whoever has read a message has received it. */
export const MarksSchema = z.object({ userId: UserIdSchema, readSeq: count, deliveredSeq: count });
export type Marks = z.infer<typeof MarksSchema>;

export const GroupChatSchema = z.object({
  kind: z.literal('group'),
  ...commonShape,
  ...GroupStateSchema.shape,
  myRole: RoleSchema,
  marks: z
    .array(MarksSchema)
    .optional()
    .describe('How far each of the others has come, in a group of at most 32 people.'),
  participant: UserSchema.describe(
    'The group itself in the place of a person, for whoever shows one face per chat. Its id is the chat’s and nobody’s.',
  ),
});
export type GroupChat = z.infer<typeof GroupChatSchema>;

/** A chat as one of its people sees it. */
export const ChatSchema = z.discriminatedUnion('kind', [DirectChatSchema, GroupChatSchema]);
export type Chat = z.infer<typeof ChatSchema>;

/** Whom or what a chat shows where one face stands for it: the other person, or the group itself. */
export function faceOf(chat: Chat): User {
  return chat.participant;
}

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
  seq: count.describe('The place of the newest message the person has seen.'),
});
export const MarkUnreadInputSchema = z.object({
  chatId: ChatIdSchema,
  seq: z.int().min(1).describe('The place of the first message that is to count as unread.'),
});
export const UnreadSchema = z.object({ unread: count, unreadMentions: count });
export type Unread = z.infer<typeof UnreadSchema>;

export const MarkDeliveredInputSchema = z.object({
  chatId: ChatIdSchema,
  seq: count.describe('The place of the newest message that reached this device.'),
});
export const MarkDeliveredOutputSchema = z.object({ deliveredSeq: count });

export const SetMineInputSchema = z.object({
  chatId: ChatIdSchema,
  mutedUntil: z.date().nullable().optional().describe('No notifications until then; null for notifications.'),
  pinned: z.boolean().optional(),
  archived: z.boolean().optional(),
});
export type SetMineInput = z.infer<typeof SetMineInputSchema>;

export const ListReadersInputSchema = z.object({ chatId: ChatIdSchema, seq: z.int().min(1) });

/** Who has come so far, besides the person who asks. */
export const ReadersSchema = z.object({
  readBy: z.array(UserSchema),
  deliveredTo: z.array(UserSchema).describe('Those whom it reached and who have not read it.'),
});
export type Readers = z.infer<typeof ReadersSchema>;

export const ExplainUnreadInputSchema = z.object({ chatId: ChatIdSchema });

/** The rows behind `unread`. */
export const UnreadExplainedSchema = z.object({
  ...UnreadSchema.shape,
  readSeq: count.describe('Counted is what lies after this place.'),
  messages: z.array(MessageSchema).describe('What is counted, oldest first.'),
  hasMore: z.boolean().describe('There are more than fit here.'),
});
export type UnreadExplained = z.infer<typeof UnreadExplainedSchema>;

/**
 * How far a person of the chat has come. Marks only go forward. In a chat of more than `limits.smallChatMax` people one
 * hears only one's own; `chat.readers` tells the others.
 */
export const MarksMovedSchema = z.object({
  type: z.literal('marks'),
  chatId: ChatIdSchema,
  ...MarksSchema.shape,
});
export type MarksMoved = z.infer<typeof MarksMovedSchema>;

/** The places of a direct chat that are not shown to whoever blocked the other person while they were written. */
export const StretchSchema = z.object({
  afterSeq: count,
  untilSeq: count.nullable().describe('Null while it lasts.'),
});
export type Stretch = z.infer<typeof StretchSchema>;

/** What happens to my chats besides messages. State, not deltas, so a repeat is harmless. */
export const ChatEventSchema = z.discriminatedUnion('type', [
  MarksMovedSchema,
  z.object({ type: z.literal('new'), chatId: ChatIdSchema }).describe('I am in it now: fetch it.'),
  z
    .object({ type: z.literal('changed'), chatId: ChatIdSchema, group: GroupStateSchema.nullable() })
    .describe(
      'With `group`, that is what the group is now; without, something of mine changed: fetch the chat.',
    ),
  z
    .object({ type: z.literal('gone'), chatId: ChatIdSchema })
    .describe('I am not in it any more, and cannot read it.'),
  z
    .object({
      type: z.literal('hidden'),
      chatId: ChatIdSchema,
      seqs: z.array(z.int().min(1)),
      apart: StretchSchema.optional(),
    })
    .describe('I deleted these messages for myself, or block who writes them: they are not shown to me.'),
  z
    .object({ type: z.literal('blocks') })
    .describe('Whom I block changed, on another device of mine: fetch user.blocked.'),
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
