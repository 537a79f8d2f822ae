import { LoopShare } from '@whisper/trpc-socket';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../testing/index.ts';
import { AppError } from './errors.ts';
import { FairGate } from './fair-gate.ts';

const bounds = {
  runningMax: 3,
  runningPerPersonMax: 2,
  runningOfHeavyMax: 1,
  heavyFrom: 100,
  waitingPerPersonMax: 4,
};

/** The event loop has had its turns. */
async function settled(): Promise<void> {
  for (let n = 0; n < 4; n += 1) await setImmediate();
}

/** A gate and tasks that end when they are told to. */
function open() {
  const clock = new ManualClock();
  const gate = new FairGate(bounds, { clock, share: new LoopShare() });
  const started: string[] = [];
  const ends: (() => void)[] = [];
  const run = (name: string, options = {}) =>
    gate.run(
      name.slice(0, 1),
      () =>
        new Promise<string>((resolve) => {
          started.push(name);
          ends.push(() => resolve(name));
        }),
      options,
    );
  const end = async () => {
    ends.shift()?.();
    await settled();
  };
  return { clock, gate, started, run, end };
}

it('runs a few tasks of a person, and of all people, at once', async () => {
  const { gate, started, run, end } = open();
  const all = ['a1', 'a2', 'a3', 'b1', 'c1'].map((name) => run(name));

  await settled();
  expect(started).toEqual(['a1', 'a2', 'b1']);
  expect([gate.running, gate.waiting]).toEqual([3, 2]);
  for (let n = 0; n < 5; n += 1) await end();

  expect(await Promise.all(all)).toEqual(['a1', 'a2', 'a3', 'b1', 'c1']);
  expect([gate.running, gate.waiting]).toEqual([0, 0]);
});

it('lets people take turns, whoever has how many waiting', async () => {
  const { started, run, end } = open();
  for (const name of ['a1', 'a2', 'a3', 'a4', 'a5', 'b1', 'b2', 'c1', 'd1']) void run(name);

  for (let n = 0; n < 9; n += 1) await end();

  expect(started).toEqual(['a1', 'a2', 'b1', 'b2', 'c1', 'd1', 'a3', 'a4', 'a5']);
});

describe('those who have asked for much lately', () => {
  it('have few places together, and wait for those who have not', async () => {
    const { gate, started, run, end } = open();
    for (const person of ['a', 'b', 'c']) gate.charge(person, 100);

    for (const name of ['a1', 'b1', 'c1', 'd1', 'e1', 'd2', 'e2']) void run(name);
    await settled();

    expect(started).toEqual(['a1', 'd1', 'e1']);
    await end();
    await end();
    expect(started).toEqual(['a1', 'd1', 'e1', 'd2', 'b1']);
  });

  it('leave their place to others for as long as they had it', async () => {
    const { clock, gate, started, run, end } = open();
    gate.charge('a', 1_000);
    void run('a1');
    void run('a2');
    await settled();
    clock.advance(15);
    await end();

    clock.advance(14);
    await settled();
    expect(started).toEqual(['a1']);
    clock.advance(1);
    await settled();

    expect(started).toEqual(['a1', 'a2']);
  });

  it('are not kept out by however many others', async () => {
    const { gate, started, run, end } = open();
    gate.charge('a', 100);
    for (const name of ['b1', 'c1', 'd1', 'a1', 'e1', 'f1', 'g1', 'h1', 'i1', 'j1']) void run(name);

    for (let n = 0; n < 4; n += 1) await end();

    expect(started).toContain('a1');
  });

  it('are as everybody else when they have asked for little for a while', async () => {
    const { clock, gate, started, run } = open();
    gate.charge('a', 150);
    gate.charge('b', 150);
    clock.advance(1_000);

    for (const name of ['a1', 'b1', 'a2']) void run(name);
    await settled();

    expect(started).toEqual(['a1', 'b1', 'a2']);
  });
});

it('refuses a person who has too many waiting, and nobody else', async () => {
  const { gate, run, end } = open();
  const waiting = Array.from({ length: 6 }, (_, n) => run(`a${n}`));

  await expect(run('a6')).rejects.toMatchObject({ code: 'TOO_MANY_REQUESTS', retryAfterMs: 1_000 });
  const others = [run('b1'), run('a7', { isPatient: true })];

  expect(gate.refused).toBe(1);
  for (let n = 0; n < 8; n += 1) await end();
  await Promise.all([...waiting, ...others]);
});

it('lets the next of a person begin when those before it are not to run any more', async () => {
  const { gate, started, run, end } = open();
  let refusal: AppError | undefined;
  const refusalOf = () => refusal;
  void run('a1');
  const all = Promise.allSettled(
    ['a2', 'a3', 'a4'].map((name) => run(name, { refusalOf: name === 'a2' ? () => undefined : refusalOf })),
  );
  void run('b1');
  void run('a5');

  await settled();
  refusal = new AppError('TOO_MANY_REQUESTS', 'Full');
  await end();
  expect([started, gate.waiting]).toEqual([['a1', 'a2', 'b1', 'a5'], 0]);
  for (let n = 0; n < 3; n += 1) await end();

  expect((await all).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
  for (const name of ['a6', 'a7', 'a8']) void run(name);
  await settled();
  expect(started.slice(4)).toEqual(['a6', 'a7']);
});

it('goes on after a task that fails', async () => {
  const { gate } = open();

  await expect(gate.run('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');

  expect(await gate.run('a', () => Promise.resolve('yes'))).toBe('yes');
  expect(gate.running).toBe(0);
});
