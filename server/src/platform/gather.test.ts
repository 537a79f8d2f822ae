import { expect, test } from 'vitest';
import { createGatherer, createWaves } from './gather.ts';

/** Doubles numbers, each group when it is let go. */
function setUp(togetherMax: number) {
  const asked: { readonly numbers: readonly number[]; readonly letGo: (error?: Error) => void }[] = [];
  const ask = createGatherer<number, number>(async (numbers) => {
    await new Promise<void>((resolve, reject) => {
      asked.push({ numbers, letGo: (error) => (error ? reject(error) : resolve()) });
    });
    return (number) => number * 2;
  }, togetherMax);
  return { ask, asked, groups: () => asked.map(({ numbers }) => numbers) };
}

test('what is asked while an answer is awaited goes together', async () => {
  const { ask, asked, groups } = setUp(10);

  const answers = [ask(1), ask(2), ask(3)];
  expect(groups()).toEqual([[1]]);
  asked[0]?.letGo();
  await answers[0];
  await expect.poll(groups).toEqual([[1], [2, 3]]);
  asked[1]?.letGo();

  expect(await Promise.all(answers)).toEqual([2, 4, 6]);
});

test('as many as may go together wait for nothing', () => {
  const { ask, groups } = setUp(2);

  for (const number of [1, 2, 3, 4]) void ask(number);

  expect(groups()).toEqual([[1], [2, 3]]);
});

test('a failure is that of its group alone', async () => {
  const { ask, asked, groups } = setUp(10);
  const answers = [ask(1), ask(2), ask(3)];

  asked[0]?.letGo(new Error('no answer'));
  await expect(answers[0]).rejects.toThrow('no answer');
  await expect.poll(groups).toEqual([[1], [2, 3]]);
  asked[1]?.letGo();

  expect(await Promise.all(answers.slice(1))).toEqual([4, 6]);
});

test('who comes while others do waits, and goes on with those who wait too', async () => {
  const next = createWaves(50);
  const through: number[] = [];
  const come = (number: number) => next().then(() => through.push(number));

  const first = come(1);
  await first;
  const others = [come(2), come(3)];
  await others[0];

  expect(through).toEqual([1, 2, 3]);
});
