import { PresenceEventSchema, PresenceListSchema } from '@whisper/shared';
import { feedOf } from '../trpc/feed-output.ts';
import { procedure, router } from '../trpc/trpc.ts';
import { watchPresence } from './watch-presence.ts';

export const presenceRouter = router({
  list: procedure
    .meta({ docs: 'Everyone who is online.' })
    .output(PresenceListSchema)
    .query(async ({ ctx }) => ({ userIds: [...(await ctx.app.presence.list())] })),

  onChange: procedure
    .meta({ docs: 'Who comes and goes; the first event lists everyone who is online.' })
    .output(feedOf(PresenceEventSchema))
    .subscription(({ ctx }) => watchPresence(ctx.app)),
});
