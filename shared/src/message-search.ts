import { z } from 'zod';
import { ChatIdSchema, UserIdSchema } from './ids.ts';
import { limits } from './limits.ts';
import { MessageSchema } from './messages.ts';
import { cursorSchema, pageLimitSchema } from './paging.ts';
import { QuerySchema } from './text.ts';

export const SearchMessagesInputSchema = z.object({
  query: QuerySchema.describe(
    'Words, of which a message holds each or a longer one that begins with it; of scripts without blanks, letters wherever they stand. Neither case nor accents matter. Empty: whatever the rest asks for.',
  ),
  chatId: ChatIdSchema.optional().describe('In this chat alone; leave it out for all my chats.'),
  senderId: UserIdSchema.optional(),
  before: z.date().optional().describe('Sent before this moment.'),
  after: z.date().optional().describe('Sent at this moment or after it.'),
  hasFile: z.boolean().optional().describe('Only messages with a file, or only those without.'),
  cursor: cursorSchema,
  limit: pageLimitSchema(limits.searchPageSizeMax),
});
export type SearchMessagesInput = z.infer<typeof SearchMessagesInputSchema>;

/** A stretch of a text, in code units: `text.slice(start, end)`. */
export const TextRangeSchema = z.object({ start: z.int().min(0), end: z.int().min(0) });
export type TextRange = z.infer<typeof TextRangeSchema>;

export const FoundMessageSchema = z.object({
  message: MessageSchema,
  highlights: z.array(TextRangeSchema).describe('Where its text holds what was looked for, in order.'),
});
export type FoundMessage = z.infer<typeof FoundMessageSchema>;

/** The newest first, across chats. */
export const FoundPageSchema = z.object({
  found: z
    .array(FoundMessageSchema)
    .describe('May be few or none although there is more: one call looks at so many messages and no more.'),
  nextCursor: z.string().nullable().describe('Null when everything was looked at.'),
});
export type FoundPage = z.infer<typeof FoundPageSchema>;
