import { limits, type PresenceEvent, type UserId } from '@whisper/shared';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../testing/manual-clock.ts';
import type { Broker } from './broker.ts';
import { MemoryBroker } from './broker.memory.ts';
import type { PresenceStore } from './presence-store.ts';
import { topics } from './topics.ts';

const alice = 'a'.repeat(24) as UserId;
const bob = 'b'.repeat(24) as UserId;

type MakeStore = (broker: Broker, clock: ManualClock) => PresenceStore;

/** What every presence store promises. */
export function describePresenceStore(name: string, makeStore: MakeStore): void {
  const setUp = async () => {
    const [broker, clock] = [new MemoryBroker(), new ManualClock()];
    const events: PresenceEvent[] = [];
    await broker.subscribe(topics.presence(), (event) => events.push(event));
    return { store: makeStore(broker, clock), clock, events };
  };

  describe(name, () => {
    it('says online at the first connection and offline a grace after the last', async () => {
      const { store, clock, events } = await setUp();

      store.connect(alice, 'phone');
      store.connect(alice, 'laptop');
      store.disconnect(alice, 'phone');
      clock.advance(limits.offlineGraceMs);
      store.disconnect(alice, 'laptop');
      expect(await store.list()).toEqual([alice]);
      clock.advance(limits.offlineGraceMs);

      expect(await store.list()).toEqual([]);
      expect(events).toEqual([
        { type: 'online', userId: alice },
        { type: 'offline', userId: alice },
      ]);
    });

    it('does not notice someone who flaps within the grace', async () => {
      const { store, clock, events } = await setUp();
      store.connect(alice, '1');

      for (let count = 2; count < 10; count += 1) {
        store.disconnect(alice, `${count - 1}`);
        clock.advance(limits.offlineGraceMs - 1);
        store.connect(alice, `${count}`);
      }
      clock.advance(limits.offlineGraceMs * 2);

      expect(events).toHaveLength(1);
      expect(await store.list()).toEqual([alice]);
    });

    it('is not confused by a disconnect that comes twice or from nobody', async () => {
      const { store, clock, events } = await setUp();
      store.connect(alice, 'phone');
      store.connect(bob, 'laptop');

      store.disconnect(alice, 'phone');
      store.disconnect(alice, 'phone');
      store.disconnect(alice, 'never');
      store.disconnect(bob, 'phone');
      clock.advance(limits.offlineGraceMs);

      expect(await store.list()).toEqual([bob]);
      expect(events.filter((event) => event.type === 'offline')).toEqual([
        { type: 'offline', userId: alice },
      ]);
    });
  });
}
