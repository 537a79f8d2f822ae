import { GetUserInputSchema, ListUsersInputSchema, UserPageSchema, UserSchema } from '@whisper/shared';
import { procedure, router } from '../trpc/trpc.ts';
import { getUser } from './get-user.ts';
import { listUsers } from './list-users.ts';

export const usersRouter = router({
  list: procedure
    .meta({ docs: 'Everybody but me, or those whose name or e-mail begins with the query.' })
    .input(ListUsersInputSchema)
    .output(UserPageSchema)
    .query(({ ctx, input }) => listUsers(ctx.app, ctx.viewer.id, input)),

  get: procedure
    .meta({ docs: 'One person.' })
    .input(GetUserInputSchema)
    .output(UserSchema)
    .query(({ ctx, input }) => getUser(ctx.app, input.userId)),
});
