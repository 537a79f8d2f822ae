import type { UserId } from '@whisper/shared';
import { randomUUID } from 'node:crypto';
import { describe, expect, it, onTestFinished, test } from 'vitest';
import { connectMongo } from '../../platform/mongo.ts';
import { newDatabaseUri } from '../../testing/start-test-server.ts';
import { ManualClock } from '../../testing/manual-clock.ts';
import { openRedis } from '../../testing/open-redis.ts';
import { hasRedis } from '../../testing/with-redis.ts';
import { Delivered } from './delivered.ts';
import { KeptSessions, type SessionShelf } from './kept-sessions.ts';
import { DatabaseSessionShelf } from './session-shelf.database.ts';
import { RedisSessionShelf } from './session-shelf.redis.ts';
import { awayMaxMs, Sessions, type Held } from './sessions.ts';

const alice = 'a'.repeat(24) as UserId;
const cursorAt = (at: number) => `t:${at}`;

function makeHeld(startedAt = 0): Held & { released: number } {
  const held = {
    delivered: new Delivered(alice, startedAt),
    released: 0,
    release: () => {
      held.released += 1;
    },
  };
  return held;
}

type OpenShelf = (clock: ManualClock) => Promise<SessionShelf>;

/** What sessions promise, wherever they are kept. */
function describeSessions(name: 'in the database' | 'on Redis', openShelf: OpenShelf): void {
  describe(`sessions ${name}`, () => {
    const setUp = async () => {
      const clock = new ManualClock();
      const others = new KeptSessions({ shelf: await openShelf(clock), cursorAt });
      return { clock, others, sessions: new Sessions(clock, others), pid: randomUUID() };
    };

    it('know a client while it is there and while it may come back', async () => {
      const { clock, sessions, pid } = await setUp();
      const held = makeHeld();
      sessions.hold(pid, held);
      sessions.expectBack(pid, held);
      clock.advance(awayMaxMs - 1);

      expect(await sessions.find(pid, 'start')).toBe(held.delivered);
      expect(await sessions.find(randomUUID(), 'start')).toBeUndefined();
    });

    it('release the connection that a client had before', async () => {
      const { sessions, pid } = await setUp();
      const [before, now] = [makeHeld(), makeHeld()];
      sessions.hold(pid, before);
      sessions.hold(pid, now);
      sessions.forget(pid, before);

      expect([before.released, now.released]).toEqual([1, 0]);
      expect(await sessions.find(pid, 'start')).toBe(now.delivered);
    });

    it('know a client after a restart, shortly before what it saw last', async () => {
      const { clock, others, sessions, pid } = await setUp();
      const held = makeHeld(5);
      sessions.hold(pid, held);
      sessions.expectBack(pid, held);
      const restarted = new Sessions(clock, others);
      const seenAt = 1_900_000_000;
      const offset = `${seenAt.toString(16)}${'0'.repeat(16)}`;

      await expect.poll(() => restarted.find(pid, offset)).toMatchObject({ userId: alice, startedAt: 5 });
      const found = await restarted.find(pid, offset);
      expect(found?.rewind(offset)).toBe(`t:${(seenAt - 30) * 1_000}`);
    });

    it('forget a client that does not come back for too long', async () => {
      const { clock, others, sessions, pid } = await setUp();
      const held = makeHeld();
      sessions.hold(pid, held);
      sessions.expectBack(pid, held);
      await expect.poll(() => others.find(pid, 'start')).toBeDefined();
      clock.advance(awayMaxMs);

      await expect.poll(() => sessions.find(pid, 'start')).toBeUndefined();
    });

    it('forget a client that meant to leave', async () => {
      const { sessions, pid } = await setUp();
      const held = makeHeld();
      sessions.hold(pid, held);
      sessions.forget(pid, held);

      await expect.poll(() => sessions.find(pid, 'start')).toBeUndefined();
    });
  });
}

async function openDatabase() {
  const db = await connectMongo(newDatabaseUri());
  onTestFinished(() => db.close());
  return db;
}

describeSessions(
  'in the database',
  async (clock) => new DatabaseSessionShelf({ db: await openDatabase(), clock }),
);

test('the database does not hold what a client would show', async () => {
  const [db, pid] = [await openDatabase(), randomUUID()];
  const shelf = new DatabaseSessionShelf({ db, clock: new ManualClock() });
  await shelf.put(pid, { userId: alice, startedAt: 5 }, 1_000);

  const stored = await db.collection('legacysessions').find().toArray();
  expect(stored).toHaveLength(1);
  expect(JSON.stringify(stored)).not.toContain(pid);
});

describe.runIf(hasRedis)('on several processes', () => {
  describeSessions('on Redis', async (clock) => new RedisSessionShelf({ redis: await openRedis(), clock }));

  test('a client goes on at another, shortly before what it saw last', async () => {
    const namespace = randomUUID();
    const [one, other] = await Promise.all(
      [1, 2].map(async () => {
        const clock = new ManualClock();
        const shelf = new RedisSessionShelf({ redis: await openRedis(namespace), clock });
        const shared = new KeptSessions({ shelf, cursorAt });
        return new Sessions(clock, shared);
      }),
    );
    const [pid, seenAt] = [randomUUID(), 1_900_000_000];
    const offset = `${seenAt.toString(16)}${'0'.repeat(16)}`;
    one?.hold(pid, makeHeld(5));

    await expect.poll(() => other?.find(pid, offset)).toBeDefined();
    const found = await other?.find(pid, offset);

    expect(found).toMatchObject({ userId: alice, startedAt: 5 });
    expect(found?.rewind(offset)).toBe(`t:${(seenAt - 30) * 1_000}`);
  });
});
