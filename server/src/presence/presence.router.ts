import { PresenceEventSchema, PresenceListSchema } from '@whisper/shared';
import { feedOf, procedure, router } from '../trpc.ts';
import { watchPresence, type PresenceDeps } from './watch-presence.ts';

export function createPresenceRouter(deps: PresenceDeps) {
  return router({
    list: procedure
      .meta({
        docs: 'Everyone who is online.',
        cost: { budget: 'reads', points: 2 },
      })
      .output(PresenceListSchema)
      .query(async () => ({ userIds: [...(await deps.presence.list())] })),

    onChange: procedure
      .meta({
        docs: 'Who comes and goes; the first event lists everyone who is online.',
        cost: { budget: 'subscriptions', points: 1 },
      })
      .output(feedOf(PresenceEventSchema))
      .subscription(() => watchPresence(deps)),
  });
}
