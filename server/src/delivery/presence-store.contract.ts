import { limits, type UserId } from '@whisper/shared';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../testing/manual-clock.ts';
import type { Broker } from './broker.ts';
import { MemoryBroker } from './broker.memory.ts';
import type { NoteLastSeen, PresenceStore } from './presence-store.ts';
import { topics, type PeopleCame } from './topics.ts';

const alice = 'a'.repeat(24) as UserId;
const bob = 'b'.repeat(24) as UserId;

type Deps = { readonly broker: Broker; readonly clock: ManualClock; readonly noteLastSeen: NoteLastSeen };

/** What every presence store promises. */
export function describePresenceStore(
  name: string,
  makeStore: (deps: Deps) => PresenceStore | Promise<PresenceStore>,
): void {
  const setUp = async () => {
    const [broker, clock] = [new MemoryBroker(), new ManualClock()];
    const [events, lastSeen]: [PeopleCame[], UserId[]] = [[], []];
    await broker.subscribe(topics.presence(), (event) => events.push(event));
    const store = await makeStore({ broker, clock, noteLastSeen: (userId) => lastSeen.push(userId) });
    const seen = () => events.flatMap(({ type, userIds }) => userIds.map((userId) => [type, userId]));
    return { store, clock, seen, lastSeen };
  };

  describe(name, () => {
    it('says online at the first connection and offline a grace after the last', async () => {
      const { store, clock, seen, lastSeen } = await setUp();

      store.connect(alice, 'phone');
      store.connect(alice, 'laptop');
      store.disconnect(alice, 'phone');
      clock.advance(limits.offlineGraceMs);
      store.disconnect(alice, 'laptop');
      expect(await store.findOnline([bob, alice])).toEqual([alice]);
      await expect.poll(seen).toEqual([['online', alice]]);
      clock.advance(limits.offlineGraceMs);

      await expect.poll(seen).toEqual([
        ['online', alice],
        ['offline', alice],
      ]);
      expect(await store.findOnline([alice])).toEqual([]);
      expect(lastSeen).toEqual([alice]);
      await store.close();
    });

    it('does not notice someone who flaps within the grace', async () => {
      const { store, clock, seen } = await setUp();
      store.connect(alice, '1');

      for (let count = 2; count < 10; count += 1) {
        store.disconnect(alice, `${count - 1}`);
        clock.advance(limits.offlineGraceMs - 1);
        store.connect(alice, `${count}`);
      }
      clock.advance(limits.offlineGraceMs * 2);
      store.connect(bob, '1');

      await expect.poll(() => seen().at(-1)).toEqual(['online', bob]);
      expect(seen()).toHaveLength(2);
      await store.close();
    });

    it('is not confused by a disconnect that comes twice or from nobody', async () => {
      const { store, clock, seen } = await setUp();
      store.connect(alice, 'phone');
      store.connect(bob, 'laptop');
      await expect.poll(() => seen().length).toBe(2);

      store.disconnect(alice, 'phone');
      store.disconnect(alice, 'phone');
      store.disconnect(alice, 'never');
      store.disconnect(bob, 'phone');
      clock.advance(limits.offlineGraceMs);

      await expect.poll(() => seen().slice(2)).toEqual([['offline', alice]]);
      expect(await store.findOnline([alice, bob])).toEqual([bob]);
      await store.close();
    });

    it('lets somebody go at once who wants to be seen no more', async () => {
      const { store, seen } = await setUp();
      store.connect(alice, 'phone');
      await expect.poll(seen).toEqual([['online', alice]]);

      store.forget(alice);
      store.forget(alice);

      await expect.poll(seen).toHaveLength(2);
      expect(await store.findOnline([alice])).toEqual([]);
      await store.close();
    });
  });
}
