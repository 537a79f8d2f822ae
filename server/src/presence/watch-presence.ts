import type { PresenceEvent } from '@whisper/shared';
import type { Broker } from '../delivery/broker.ts';
import { createEphemeralFeed } from '../delivery/resume.ts';
import type { Feed } from '@whisper/trpc-socket/feed';
import type { PresenceStore } from '../delivery/presence-store.ts';
import { topics } from '../delivery/topics.ts';

/** What this room needs. */
export type PresenceDeps = { readonly broker: Broker; readonly presence: PresenceStore };

/** Who comes and goes. Starts with everyone who is online, and sends the whole list again after a stall. */
export function watchPresence({ broker, presence }: PresenceDeps): Feed<PresenceEvent> {
  return createEphemeralFeed<PresenceEvent>(() => ({
    subscribe: (listener) => broker.subscribe(topics.presence(), (data) => listener({ data })),
    admit: () => 'send',
    async *catchUp() {
      yield [{ data: { type: 'list', userIds: [...(await presence.list())] } }];
    },
  }));
}
