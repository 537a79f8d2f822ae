import { killUploads } from './kill-uploads.ts';

const startedAt = performance.now();
const outcome = await killUploads(Number(process.argv[2] ?? 50));
console.log(JSON.stringify(outcome, null, 2));
console.log(`in ${Math.round((performance.now() - startedAt) / 1_000)} s`);
const { acknowledged, whole, doubled, orphans, missing } = outcome;
process.exitCode = whole === acknowledged && doubled === 0 && orphans === 0 && missing === 0 ? 0 : 1;
