import {
  HidePresenceInputSchema,
  PresenceEventSchema,
  PresenceListSchema,
  WatchPresenceInputSchema,
} from '@whisper/shared';
import { z } from 'zod';
import { createWaves } from '../platform/gather.ts';
import { feedOf, procedure, router } from '../trpc.ts';
import type { PresenceDeps } from './deps.ts';
import { hidePresence } from './hide-presence.ts';
import { listPresence } from './list-presence.ts';
import { PresenceHub } from './presence-hub.ts';
import { watchPresence } from './watch-presence.ts';

/** So long somebody may wait for who is online, while many come. */
const arrivalMaxMs = 200;

export function createPresenceRouter(deps: PresenceDeps) {
  const watchDeps = { ...deps, arrive: createWaves(arrivalMaxMs), hub: new PresenceHub(deps.broker) };
  return router({
    list: procedure
      .meta({
        docs: 'Who is online of the people I share a chat with and of those I ask for, and when the others were last.',
        cost: { budget: 'reads', points: 2 },
      })
      .input(WatchPresenceInputSchema)
      .output(PresenceListSchema)
      .query(({ ctx, input }) => listPresence(watchDeps, ctx.viewer, input)),

    hide: procedure
      .meta({
        docs: 'Hides me from everybody, or shows me again.',
        cost: { budget: 'changes', points: 1 },
      })
      .input(HidePresenceInputSchema)
      .output(z.void())
      .mutation(({ ctx, input }) => hidePresence(deps, ctx.viewer, input.hidden)),

    onChange: procedure
      .meta({
        docs: 'Who comes and goes of the people I share a chat with and of those I ask for; first who is online.',
        cost: { budget: 'subscriptions', points: 1 },
      })
      .input(WatchPresenceInputSchema)
      .output(feedOf(PresenceEventSchema))
      .subscription(({ ctx, input }) => watchPresence(watchDeps, ctx.viewer.id, input)),
  });
}
