import fc from 'fast-check';
import { startTestServer } from '@whisper/server/testing';
import { expect, it } from 'vitest';
import { nameOf, Scene } from './scene.ts';
import { stepIn, type Step } from './steps.ts';

/**
 * How many steps are taken in all, at most so many in each history; `OPERATIONS=10000 SEED=2 npm run histories` for a long
 * run. The same few histories in every run without.
 */
const operations = Number(process.env['OPERATIONS'] ?? 150);
const seed = Number(process.env['SEED'] ?? 20_261_126);
const stepsMax = Math.min(operations, 50);
const timeout = 120_000 + operations * 1_000;

/** Histories that are played at the same time, each by people of its own: they mostly wait. */
const stagesMax = 4;

/** Plays as many histories as it takes; rejects with the first that did not go as it was to. */
async function playAll(step: fc.Arbitrary<Step>, prove: (steps: Step[]) => Promise<void>): Promise<void> {
  const steps = fc.array(step, { minLength: stepsMax, maxLength: stepsMax });
  const histories = fc.sample(steps, { numRuns: Math.ceil(operations / stepsMax), seed });
  const stages = Array.from({ length: stagesMax }, async () => {
    for (let history = histories.shift(); history; history = histories.shift()) {
      try {
        await prove(history);
      } catch (cause) {
        histories.length = 0;
        throw new Error(`Of seed ${seed}: ${toText(history)}`, { cause });
      }
    }
  });
  await Promise.all(stages);
}

function toText(history: readonly Step[]): string {
  return history.map(({ act, device, index }) => `${device} ${act} ${index}`).join(', ');
}

const couple = { cast: { phone: 'alice', laptop: 'alice', bob: 'bob' } };

const friends = {
  cast: { phone: 'alice', laptop: 'alice', bob: 'bob', carol: 'carol', dan: 'dan' },
  owner: 'erin',
};

it('two people: every device equals a fresh fetch, and each message is stored once and in its order', {
  timeout,
}, async () => {
  await using server = await startTestServer();
  await playAll(stepIn(couple), async (steps) => {
    await using scene = await Scene.open(server, couple);
    for (const step of steps) await scene.play(step);
    await scene.settle();
    await scene.expectInStep();

    const stored = await Promise.all(Object.keys(couple.cast).map((name) => scene.fetchAll(name)));
    for (const [index, device] of Object.keys(couple.cast).entries()) {
      const isOwn = (text: string) => text.startsWith(`${device} `);
      // A deletion takes a text away, and so does hiding it.
      const kept = (stored[index] ?? []).map(nameOf).filter(isOwn);
      expect(kept).toEqual(scene.sent.filter((text) => isOwn(text) && kept.includes(text)));
    }
    expect(await scene.countMessages()).toBe(scene.sent.length);
  });
});

it('five people in a group: every device equals a fresh fetch and a recount, whoever came, left, hid or was away', {
  timeout,
}, async () => {
  await using server = await startTestServer();
  await playAll(stepIn(friends), async (steps) => {
    await using scene = await Scene.open(server, friends);
    for (const step of steps) await scene.play(step);
    await scene.settle();
    await scene.expectInStep();
  });
});
