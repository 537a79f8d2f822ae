import { SetTypingInputSchema, TypingEventSchema, WatchTypingInputSchema } from '@whisper/shared';
import { z } from 'zod';
import { feedOf, procedure, router } from '../trpc.ts';
import type { TypingDeps } from './deps.ts';
import { setTyping } from './set-typing.ts';
import { watchTyping } from './watch-typing.ts';

export function createTypingRouter(deps: TypingDeps) {
  return router({
    set: procedure
      .meta({
        docs: 'Says that I am typing, or have stopped. Renew it while typing goes on.',
        cost: { budget: 'typing.set', points: 1 },
      })
      .input(SetTypingInputSchema)
      .output(z.void())
      .mutation(({ ctx, input }) => setTyping(deps, ctx, input)),

    onChange: procedure
      .meta({
        docs: 'Who else is typing, in one chat or in all of mine.',
        cost: { budget: 'subscriptions', points: 1 },
      })
      .input(WatchTypingInputSchema)
      .output(feedOf(TypingEventSchema))
      .subscription(({ ctx, input }) => watchTyping(deps, ctx.viewer.id, input)),
  });
}
