import { readOptions, usage } from './options.ts';
import { describeReport, runVerify } from './run-verify.ts';

try {
  const options = readOptions(process.argv.slice(2));
  if (!options) {
    console.log(usage);
    process.exit(0);
  }
  console.log(`whisper verify, seed ${options.seed}`);
  const report = await runVerify(options, (line) => console.log(line));
  console.log(describeReport(report));
  process.exit(report.findings.length === 0 ? 0 : 1);
} catch (error) {
  console.error(`! ${error instanceof Error ? error.message : String(error)}`);
  process.exit(2);
}
