import { z } from 'zod';
import { UserIdSchema } from './ids.ts';

export const PresenceListSchema = z.object({ userIds: z.array(UserIdSchema) });
export type PresenceList = z.infer<typeof PresenceListSchema>;

/** The first event of a subscription is always `list`; a later `list` replaces everything known. */
export const PresenceEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('list'), userIds: z.array(UserIdSchema) }),
  z.object({ type: z.literal('online'), userId: UserIdSchema }),
  z.object({ type: z.literal('offline'), userId: UserIdSchema }),
]);
export type PresenceEvent = z.infer<typeof PresenceEventSchema>;
