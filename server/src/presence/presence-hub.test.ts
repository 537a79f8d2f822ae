import type { UserId } from '@whisper/shared';
import { expect, test } from 'vitest';
import { MemoryBroker } from '../delivery/broker.memory.ts';
import { topics, type PeopleCame } from '../delivery/topics.ts';
import { PresenceHub, type Watcher } from './presence-hub.ts';

const alice = 'a'.repeat(24) as UserId;
const bob = 'b'.repeat(24) as UserId;
const nothing = () => undefined;

async function watch(hub: PresenceHub): Promise<string[]> {
  const heard: string[] = [];
  const watcher: Watcher = {
    viewerId: alice,
    watched: new Set<UserId>(),
    hear: ({ data }) => heard.push(`${data.type} ${data.userId === bob ? 'bob' : 'other'}`),
    hearJoined: nothing,
    hearContacts: nothing,
    hearBlocks: nothing,
    hearMissed: nothing,
  };
  await hub.join(watcher);
  hub.watch(watcher, [bob]);
  return heard;
}

test('of what two processes tell of a person the later one counts, whichever comes first', async () => {
  const broker = new MemoryBroker();
  const heard = await watch(new PresenceHub(broker));
  const tell = (came: PeopleCame) => broker.publish(topics.presence(), came);
  const lastSeenAt = new Date();

  tell({ type: 'online', userIds: [bob], order: 2 });
  tell({ type: 'offline', userIds: [bob], order: 1, lastSeenAt });
  tell({ type: 'offline', userIds: [bob], order: 3, lastSeenAt });
  // A process to which Redis is away knows of no order.
  tell({ type: 'online', userIds: [bob] });

  expect(heard).toEqual(['online bob', 'offline bob', 'online bob']);
});
