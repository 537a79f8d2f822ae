import { readSpecFiles, type SpecFile, specFolder } from './spec-files.ts';
import { judge, type SpecServer, startSpecServer, type Verdict } from './spec-server.ts';

type Counts = Record<Verdict['kind'], number>;

/** `pnpm spec`: the figures of every specification file, and what failed. */
await using server = await startSpecServer();
const total: Counts = { passed: 0, failed: 0, expected: 0, skipped: 0 };
write('passed', 'failed', 'expected', 'n/a', 'file');
const files = readSpecFiles(specFolder());
if (files.length === 0) process.stdout.write(`no test files in ${specFolder()} (set MONGODB_SPEC_DIR)\n`);
for (const file of files) {
  const { counts, failures } = await runFile(file, server);
  for (const kind of Object.keys(total) as Verdict['kind'][]) total[kind] += counts[kind];
  write(counts.passed, counts.failed, counts.expected, counts.skipped, file.path);
  for (const failure of failures) process.stdout.write(`    ${failure}\n`);
}
write(total.passed, total.failed, total.expected, total.skipped, 'all');
if (total.failed > 0) process.exitCode = 1;

async function runFile(file: SpecFile, on: SpecServer): Promise<{ counts: Counts; failures: string[] }> {
  const counts: Counts = { passed: 0, failed: 0, expected: 0, skipped: 0 };
  const failures: string[] = [];
  for (const test of file.tests) {
    const verdict = await judge(file, test, on);
    counts[verdict.kind] += 1;
    if (verdict.kind === 'failed') failures.push(`${test.description}: ${String(verdict.error)}`);
  }
  return { counts, failures };
}

function write(...columns: (string | number)[]): void {
  const file = columns.pop();
  process.stdout.write(`${columns.map((column) => String(column).padStart(8)).join('')}  ${String(file)}\n`);
}
