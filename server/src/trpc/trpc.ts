import { initTRPC } from '@trpc/server';
import { AppError } from '../platform/errors.ts';
import { toErrorShape } from './error-format.ts';
import type { RequestContext } from './request-context.ts';
import { transformer } from './transformer.ts';

/** One line for the panel, shown beside a procedure. */
type ProcedureMeta = { readonly docs: string };

const t = initTRPC
  .context<RequestContext>()
  .meta<ProcedureMeta>()
  .create({
    transformer,
    errorFormatter: ({ error }) => toErrorShape(error),
    isDev: false,
    sse: { ping: { enabled: true, intervalMs: 15_000 }, client: { reconnectAfterInactivityMs: 45_000 } },
  });

export const { router, createCallerFactory } = t;

/** For a signed-in person; everything else is refused with UNAUTHORIZED before the verb runs. */
export const procedure = t.procedure.use(({ ctx, next }) => {
  if (!ctx.identity) throw ctx.refusal ?? new AppError('UNAUTHORIZED', 'Sign in first');
  return next({ ctx: { viewer: ctx.identity.viewer } });
});
