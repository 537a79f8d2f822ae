import { fuzz } from './fuzz-frames.ts';

/** `pnpm fuzz [frames] [seed]`: 100,000 mutated frames against a server of its own. */
const frames = Number(process.argv[2] ?? 100_000);
const seed = Number(process.argv[3] ?? Date.now());
const startedAt = performance.now();
const report = await fuzz({ frames, seed });
const seconds = Math.round((performance.now() - startedAt) / 1_000);
process.stdout.write(
  `${report.frames} mutated frames (seed ${seed}) in ${seconds} s: ${report.replies} replies, `,
);
process.stdout.write(`${report.closed} closed; the server ${report.isAlive ? 'is alive' : 'DIED'}, `);
process.stdout.write(`${report.problems.length} index problems\n`);
if (!report.isAlive || report.problems.length > 0) process.exitCode = 1;
