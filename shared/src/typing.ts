import { z } from 'zod';
import { ChatIdSchema, UserIdSchema } from './ids.ts';

export const SetTypingInputSchema = z.object({ chatId: ChatIdSchema, isTyping: z.boolean() });
export type SetTypingInput = z.infer<typeof SetTypingInputSchema>;

export const WatchTypingInputSchema = z.object({
  chatId: ChatIdSchema.optional().describe('One chat; leave it out for all my chats.'),
});
export type WatchTypingInput = z.infer<typeof WatchTypingInputSchema>;

/** Somebody else started or stopped typing. A new subscription first hears of everyone who is typing now. */
export const TypingEventSchema = z.object({
  chatId: ChatIdSchema,
  userId: UserIdSchema,
  isTyping: z.boolean(),
});
export type TypingEvent = z.infer<typeof TypingEventSchema>;
