import { z } from 'zod';
import { UserIdSchema } from './ids.ts';
import { limits } from './limits.ts';
import { cursorSchema, pageLimitSchema } from './paging.ts';
import { UserSchema } from './users.ts';

export const BlockInputSchema = z.object({ userId: UserIdSchema });

export const ListBlockedInputSchema = z.object({
  cursor: cursorSchema,
  limit: pageLimitSchema(limits.userPageSizeMax),
});
export type ListBlockedInput = z.infer<typeof ListBlockedInputSchema>;

export const BlockedSchema = z.object({ user: UserSchema, blockedAt: z.date() });
export type Blocked = z.infer<typeof BlockedSchema>;

/** Whom I block, the latest first. Nobody but me is told. */
export const BlockedPageSchema = z.object({
  blocked: z.array(BlockedSchema),
  nextCursor: z.string().nullable(),
});
export type BlockedPage = z.infer<typeof BlockedPageSchema>;
