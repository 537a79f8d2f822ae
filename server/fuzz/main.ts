import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { runFuzz, type FuzzReport } from './run-fuzz.ts';
import { growthMaxMiB } from './watch-memory.ts';

const usage = `Throws hostile values at a real server, on every wire, while people chat on it.

  pnpm fuzz [--minutes N] [--seed S]

  --minutes  how long (default 3)
  --seed     what is thrown; a finding names the seed that begins with it

Ends with 1 when something was found: the server died, answered with an error of its own, told somebody what they may not
know, lost a message of people who chat, answered /livez too late, or grew.`;

const { values } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== '--'),
  options: {
    minutes: { type: 'string', default: '3' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
const [minutes, seed] = [Number(values.minutes), Number(values.seed)];
if (values.help || !(minutes > 0) || !Number.isSafeInteger(seed)) {
  console.log(usage);
  process.exit(values.help ? 0 : 2);
}
console.log(`Seed ${seed}, ${minutes} minutes`);
const report = await runFuzz({ seconds: minutes * 60, seed, isTimed: true });
print(report);
// Attackers may still wait for a server that is dead.
process.exit(report.findings.length > 0 ? 1 : 0);

function print({ findings, counts, said, memory, lives }: FuzzReport): void {
  for (const [what, count] of [...counts].toSorted(([one], [other]) => one.localeCompare(other)))
    console.log(`${String(count).padStart(8)}  ${what}`);
  console.log(`${String(said).padStart(8)}  messages of people who chat`);
  const [first, warm, last, worst] = [memory.firstMiB, memory.warmMiB, memory.lastMiB, memory.worstMiB].map(
    Math.round,
  );
  const growth =
    memory.growthMiB === undefined
      ? 'too short to judge its growth'
      : `${warm} after the warm-up, growth ${Math.round(memory.growthMiB)} (at most ${growthMaxMiB})`;
  console.log(`Memory in MiB: ${first} at first, ${last} at the end, ${worst} at most; ${growth}`);
  if (lives) {
    const [livez, idle, waited] = [lives.worstMs, lives.idleWorstMs, lives.waitedWorstMs].map(Math.round);
    console.log(
      `/livez: ${lives.probes} times, ${livez} ms at most; an idle process ${idle} ms; the server waited ${waited} ms for a processor; ${lives.excused} late because the machine was`,
    );
  }
  for (const { kind, detail, sent, seed: at } of findings) {
    console.log(`\nFOUND ${kind}: ${detail}\n  again with: pnpm fuzz --seed ${at}\n  sent:`);
    for (const each of sent) console.log(`    ${each.replaceAll('\n', '\n    ')}`);
  }
  console.log(
    findings.length === 0 ? 'Nothing was found.' : `\n${findings.length} findings. The run's seed: ${seed}`,
  );
}
