import { z } from 'zod';
import { UserIdSchema } from './ids.ts';
import { limits } from './limits.ts';
import { cursorSchema, pageLimitSchema } from './paging.ts';
import { QuerySchema } from './text.ts';

/** A person as others see them. A deleted person keeps their id and is called "Deleted user". */
export const UserSchema = z.object({
  id: UserIdSchema,
  name: z.string(),
  email: z.string().describe('Empty: only its owner is told. It stays for clients that expect the field.'),
  avatar: z.string().nullable(),
});
export type User = z.infer<typeof UserSchema>;

/** A person as they see themselves. */
export const MeSchema = UserSchema.extend({
  email: z.string(),
  clerkId: z.string(),
  isModerator: z.boolean().optional().describe('I may do what moderators may.'),
  createdAt: z.date(),
  updatedAt: z.date(),
});
export type Me = z.infer<typeof MeSchema>;

export const ListUsersInputSchema = z.object({
  query: QuerySchema.optional().describe(
    'Start of a name or of one of its words, or a whole e-mail address; case does not matter.',
  ),
  cursor: cursorSchema,
  limit: pageLimitSchema(limits.userPageSizeMax),
});
export type ListUsersInput = z.infer<typeof ListUsersInputSchema>;

export const UserPageSchema = z.object({ users: z.array(UserSchema), nextCursor: z.string().nullable() });
export type UserPage = z.infer<typeof UserPageSchema>;

export const GetUserInputSchema = z.object({ userId: UserIdSchema });
