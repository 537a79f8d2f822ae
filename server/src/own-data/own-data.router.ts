import { EraseMeInputSchema, EraseMeOutputSchema, ExportTicketSchema } from '@whisper/shared';
import { procedure, router } from '../trpc.ts';
import type { OwnDataDeps } from './deps.ts';
import { eraseMe } from './erase-me.ts';
import { exportMe } from './export-tickets.ts';

/** What a person may do with what is theirs. */
export function createOwnDataRouter(deps: OwnDataDeps) {
  return router({
    export: procedure
      .meta({
        docs: 'Gives me an address from which everything of mine can be downloaded, once.',
        cost: { budget: 'me.export', points: 1 },
      })
      .output(ExportTicketSchema)
      .mutation(({ ctx }) => exportMe(deps, ctx.viewer.id)),

    erase: procedure
      .meta({
        docs: 'Ends my account and erases everything of mine, for good. The receipt says when it is done.',
        cost: { budget: 'me.export', points: 1 },
      })
      .input(EraseMeInputSchema)
      .output(EraseMeOutputSchema)
      .mutation(({ ctx }) => eraseMe(deps, ctx.viewer)),
  });
}
