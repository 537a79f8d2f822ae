import type { PresenceEvent } from '@whisper/shared';
import type { AppContext } from '../app-context.ts';
import { createEphemeralFeed } from '../realtime/create-feed.ts';
import { FeedItem, type Feed } from '../realtime/feed.ts';
import { topics } from '../realtime/topics.ts';

/** Who comes and goes. Starts with everyone who is online, and sends the whole list again after a stall. */
export function watchPresence(app: AppContext): Feed<PresenceEvent> {
  return createEphemeralFeed(() => ({
    subscribe: (listener) => app.broker.subscribe(topics.presence(), listener),
    admit: () => 'send',
    async *catchUp() {
      yield [new FeedItem<PresenceEvent>({ type: 'list', userIds: [...(await app.presence.list())] })];
    },
  }));
}
