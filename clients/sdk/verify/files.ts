import { bundlePrograms } from '@whisper/server/testing/programs';
import { killUploads, type Victim } from './kill-uploads.ts';

const everyVictim: readonly Victim[] = ['client', 'server', 'both'];
const rounds = Number(process.argv[2] ?? 50);
const victims = Array.from({ length: rounds }, (_, round) => everyVictim[round % 3] ?? 'both');

const startedAt = performance.now();
await using _programs = await bundlePrograms();
const outcome = await killUploads(victims, (round) => console.log(`round ${round}`));
console.log(JSON.stringify(outcome, null, 2));
console.log(`in ${Math.round((performance.now() - startedAt) / 1_000)} s`);
const { kept, whole, doubled, damaged, orphans, missing } = outcome;
process.exitCode = whole === kept && doubled + damaged + orphans + missing === 0 ? 0 : 1;
