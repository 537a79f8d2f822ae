import { GetUserInputSchema, ListUsersInputSchema, UserPageSchema, UserSchema } from '@whisper/shared';
import { procedure, router } from '../trpc.ts';
import type { UsersDeps } from './deps.ts';
import { getUser } from './get-user.ts';
import { listUsers } from './list-users.ts';

export function createUsersRouter(deps: Pick<UsersDeps, 'db'>) {
  return router({
    list: procedure
      .meta({
        docs: 'Everybody but me, or those whose name begins with the query, or whose e-mail address it is.',
        cost: { budget: 'reads', points: 2 },
      })
      .input(ListUsersInputSchema)
      .output(UserPageSchema)
      .query(({ ctx, input }) => listUsers(deps, ctx.viewer.id, input)),

    get: procedure
      .meta({
        docs: 'One person.',
        cost: { budget: 'reads', points: 1 },
      })
      .input(GetUserInputSchema)
      .output(UserSchema)
      .query(({ input }) => getUser(deps, input.userId)),
  });
}
