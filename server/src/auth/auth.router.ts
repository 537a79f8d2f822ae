import { MeSchema, RefreshInputSchema, RefreshOutputSchema } from '@whisper/shared';
import { procedure, router } from '../trpc/trpc.ts';
import { getMe } from '../users/get-me.ts';
import { refreshSession } from './refresh-session.ts';

export const authRouter = router({
  me: procedure
    .meta({ docs: 'Who I am.' })
    .output(MeSchema)
    .query(({ ctx }) => getMe(ctx.app, ctx.viewer.id)),

  sync: procedure
    .meta({ docs: 'Makes my account on the first call; afterwards it only answers who I am.' })
    .output(MeSchema)
    .mutation(({ ctx }) => getMe(ctx.app, ctx.viewer.id)),

  refresh: procedure
    .meta({ docs: 'Extends the open socket with a newer token of the same person.' })
    .input(RefreshInputSchema)
    .output(RefreshOutputSchema)
    .mutation(({ ctx, input }) => refreshSession(ctx, input.token)),
});
