import { z } from 'zod';
import { UserIdSchema } from './ids.ts';
import { limits } from './limits.ts';

/** Whose presence: of the people I share a chat with always, of these besides. */
export const WatchPresenceInputSchema = z
  .object({
    userIds: z
      .array(UserIdSchema)
      .max(limits.presenceAskedMax)
      .optional()
      .describe('Others besides the people I share a chat with: who is on the screen.'),
    listed: z
      .boolean()
      .optional()
      .describe('Those on the first page of user.list as well, newcomers included.'),
  })
  .optional();
export type WatchPresenceInput = z.infer<typeof WatchPresenceInputSchema>;

export const PresenceListSchema = z.object({
  userIds: z.array(UserIdSchema),
  lastSeen: z
    .array(z.object({ userId: UserIdSchema, at: z.date() }))
    .describe('Of those who are not online.'),
  isHidden: z.boolean().describe('Whether I hide from everybody.'),
});
export type PresenceList = z.infer<typeof PresenceListSchema>;

export const HidePresenceInputSchema = z.object({ hidden: z.boolean() });
export type HidePresenceInput = z.infer<typeof HidePresenceInputSchema>;

/** The first event of a subscription is always `list`; a later `list` replaces everything known. */
export const PresenceEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('list'), userIds: z.array(UserIdSchema) }),
  z.object({ type: z.literal('online'), userId: UserIdSchema }),
  z.object({ type: z.literal('offline'), userId: UserIdSchema, lastSeenAt: z.date() }),
]);
export type PresenceEvent = z.infer<typeof PresenceEventSchema>;
