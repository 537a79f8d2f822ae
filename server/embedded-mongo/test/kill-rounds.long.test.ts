import { expect, test } from 'vitest';
import { runKillRounds } from './kill-rounds.ts';
import { makeTempDir } from './test-server.ts';

test('loses no acknowledged write when it is killed under 32 writers', async () => {
  using dir = makeTempDir();
  const options = { dataDir: dir.path, rounds: 2, writers: 32, isDurable: true, writesPerRound: 1_000 };

  for await (const round of runKillRounds(options)) {
    expect(round.acknowledged).toBeGreaterThan(0);
    expect(round.lost).toBe(0);
    expect(round.problems).toEqual([]);
  }
});
