import { runKillRounds } from './kill-rounds.ts';
import { makeTempDir } from './test-server.ts';

/** `pnpm kill`: 20 rounds of SIGKILL under 32 writers, printed one line each. */
async function main(rounds: number): Promise<void> {
  using dir = makeTempDir();
  const options = { dataDir: dir.path, rounds, writers: 32, isDurable: true, writesPerRound: 5_000 };
  print('round  acknowledged  lost  unanswered  documents  index problems  restart ms');
  let [number, acknowledged, lost, problems] = [0, 0, 0, 0];
  for await (const round of runKillRounds(options)) {
    number += 1;
    acknowledged += round.acknowledged;
    lost += round.lost;
    problems += round.problems.length;
    const cells = [
      number,
      round.acknowledged,
      round.lost,
      round.unanswered,
      round.documents,
      round.problems.length,
    ];
    print(`${[...cells, round.restartMs].map((cell, i) => String(cell).padStart(widths[i] ?? 0)).join('')}`);
  }
  print(`${number} rounds: ${acknowledged} acknowledged writes, ${lost} lost, ${problems} index problems`);
  if (lost + problems > 0) process.exitCode = 1;
}

const widths = [5, 14, 6, 12, 11, 16, 12];

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

await main(Number(process.argv[2] ?? 20));
