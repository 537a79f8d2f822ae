import { describe, expect, it, onTestFinished } from 'vitest';
import { connectMongo } from '../platform/mongo.ts';
import { ManualClock, newDatabaseUri } from '../testing/index.ts';
import { createRevocationIndexes, Revocations } from './revocations.ts';

type Hear = (keys: readonly string[], at: number) => void;

/** How a process tells the others what ended, and hears of it. */
export type Wire = { readonly tell: Hear; hear(listener: Hear): Promise<unknown> };

const hourMs = 60 * 60_000;

/** What revocations promise, whatever tells one process of what another one heard. `makeWires` gives those of two. */
export function describeRevocations(name: string, makeWires: () => Promise<readonly [Wire, Wire]>): void {
  const setUp = async () => {
    const [uri, clock] = [newDatabaseUri(), new ManualClock()];
    const open = async (wire?: Wire) => {
      const db = await connectMongo(uri);
      onTestFinished(() => db.close());
      await createRevocationIndexes(db);
      const revocations = new Revocations({ db, clock, announce: (...end) => wire?.tell(...end) });
      await wire?.hear((...end) => revocations.learn(...end));
      return revocations;
    };
    const [one, other] = await makeWires();
    const now = clock.now();
    const token = { clerkId: 'alice', sessionId: 's1', issuedAt: now };
    return { clock, now, token, here: await open(one), there: await open(other), open };
  };

  describe(`revocations ${name}`, () => {
    it('refuse the tokens of a session that ended, here and there, and no others', async () => {
      const { here, there, now, token } = await setUp();
      await here.endSession('s1', { clerkId: 'alice', at: now });

      for (const each of [here, there]) {
        await expect.poll(() => each.includes({ ...token, issuedAt: now + hourMs })).toBe(true);
        // One that names no session may be of it.
        expect(each.includes({ ...token, sessionId: null })).toBe(true);
        expect(each.includes({ ...token, sessionId: null, issuedAt: now + 1 })).toBe(false);
        expect(each.includes({ ...token, sessionId: 's2' })).toBe(false);
        expect(each.includes({ ...token, sessionId: null, clerkId: 'bob' })).toBe(false);
      }
    });

    it('refuse every token of a person until then, here and there, and none from later', async () => {
      const { here, there, now, token } = await setUp();
      await here.endAll('alice', now);

      for (const each of [here, there]) {
        await expect.poll(() => each.includes(token)).toBe(true);
        expect(each.includes({ ...token, issuedAt: now + 1 })).toBe(false);
        expect(each.includes({ ...token, clerkId: 'bob' })).toBe(false);
      }
    });

    it('are known to who was told nothing, once it is shown a token or reads what it missed', async () => {
      const { here, open, now, token } = await setUp();
      const [later, missing] = [await open(), await open()];
      await here.endSession('s1', { clerkId: null, at: now });

      expect([later.includes(token), missing.includes(token)]).toEqual([false, false]);
      await later.recall(token);
      const missed = await missing.recallSince(new Date(now));
      expect([later.includes(token), missing.includes(token)]).toEqual([true, true]);
      expect(missed.map(({ _id }) => _id)).toEqual(['session:s1']);
    });

    it('are kept as long as a token is of use', async () => {
      const { here, there, clock, now, token } = await setUp();
      await here.endSession('s1', { clerkId: null, at: now });
      await expect.poll(() => there.includes(token)).toBe(true);

      clock.advance(25 * hourMs - 1);
      expect([here.includes(token), there.includes(token)]).toEqual([true, true]);
      clock.advance(1);
      expect([here.includes(token), there.includes(token)]).toEqual([false, false]);
    });
  });
}
