import { SetTypingInputSchema, TypingEventSchema, WatchTypingInputSchema } from '@whisper/shared';
import { z } from 'zod';
import { feedOf } from '../trpc/feed-output.ts';
import { procedure, router } from '../trpc/trpc.ts';
import { setTyping } from './set-typing.ts';
import { watchTyping } from './watch-typing.ts';

export const typingRouter = router({
  set: procedure
    .meta({ docs: 'Says that I am typing, or have stopped. Renew it while typing goes on.' })
    .input(SetTypingInputSchema)
    .output(z.void())
    .mutation(({ ctx, input }) => setTyping(ctx.app, ctx, input)),

  onChange: procedure
    .meta({ docs: 'Who else is typing, in one chat or in all of mine.' })
    .input(WatchTypingInputSchema)
    .output(feedOf(TypingEventSchema))
    .subscription(({ ctx, input }) => watchTyping(ctx.app, ctx.viewer.id, input)),
});
