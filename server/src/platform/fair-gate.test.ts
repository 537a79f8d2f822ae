import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { FairGate } from './fair-gate.ts';

const bounds = { runningMax: 3, runningPerPersonMax: 2, waitingPerPersonMax: 4 };

/** A gate and tasks that end when they are told to. */
function open() {
  const gate = new FairGate(bounds);
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
    await setImmediate();
  };
  return { gate, started, run, end };
}

it('runs a few tasks of a person, and of all people, at once', async () => {
  const { gate, started, run, end } = open();
  const all = ['a1', 'a2', 'a3', 'b1', 'c1'].map((name) => run(name));

  await setImmediate();
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

it('refuses a person who has too many waiting, and nobody else', async () => {
  const { gate, run, end } = open();
  const waiting = Array.from({ length: 6 }, (_, n) => run(`a${n}`));

  await expect(run('a6')).rejects.toMatchObject({ code: 'TOO_MANY_REQUESTS', retryAfterMs: 1_000 });
  const others = [run('b1'), run('a7', { isPatient: true })];

  expect(gate.refused).toBe(1);
  for (let n = 0; n < 8; n += 1) await end();
  await Promise.all([...waiting, ...others]);
});

it('goes on after a task that fails', async () => {
  const { gate } = open();

  await expect(gate.run('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');

  expect(await gate.run('a', () => Promise.resolve('yes'))).toBe('yes');
  expect(gate.running).toBe(0);
});
