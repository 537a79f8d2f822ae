import { MeSchema, RefreshInputSchema, RefreshOutputSchema } from '@whisper/shared';
import type { Authenticate } from '../identity/viewer.ts';
import { procedure, router } from '../trpc.ts';
import type { UsersDeps } from './deps.ts';
import { showMe } from './get-me.ts';
import { refreshSession } from './refresh-session.ts';

type AuthDeps = Pick<UsersDeps, 'db'> & { readonly authenticate: Authenticate };

export function createAuthRouter(deps: AuthDeps) {
  return router({
    me: procedure
      .meta({
        docs: 'Who I am.',
        cost: { budget: 'reads', points: 1 },
      })
      .output(MeSchema)
      .query(({ ctx }) => showMe(deps, ctx.identity)),

    sync: procedure
      .meta({
        docs: 'Makes my account on the first call; afterwards it only answers who I am.',
        cost: { budget: 'changes', points: 1 },
      })
      .output(MeSchema)
      .mutation(({ ctx }) => showMe(deps, ctx.identity)),

    refresh: procedure
      .meta({
        docs: 'Extends the open socket with a newer token of the same person.',
        cost: { budget: 'changes', points: 1 },
      })
      .input(RefreshInputSchema)
      .output(RefreshOutputSchema)
      .mutation(({ ctx, input }) => refreshSession(deps.authenticate, ctx, input.token)),
  });
}
