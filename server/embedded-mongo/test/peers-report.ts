import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startEmbeddedMongo } from '../src/index.ts';
import { makeTempDir } from './test-server.ts';

type Failure = {
  readonly fullTitle: string;
  readonly err: { readonly message?: string; readonly code?: unknown };
};
type MochaReport = { readonly passes: readonly unknown[]; readonly failures: readonly Failure[] };

const howTo = `mongoose's test suite is not part of its npm package. Clone its repository at the version this package
uses, run npm install there, and set MONGOOSE_DIR to the folder.`;

/** `pnpm peers`: mongoose's own tests against this store; what it refuses on purpose is told apart from what is wrong. */
async function main(mongooseDir: string | undefined): Promise<void> {
  const mocha = join(mongooseDir ?? '', 'node_modules', 'mocha', 'bin', 'mocha.js');
  if (mongooseDir === undefined || !existsSync(mocha)) {
    throw new Error(
      `${mongooseDir === undefined ? 'MONGOOSE_DIR is not set' : `${mocha} is missing`}.\n${howTo}`,
    );
  }
  const { passes, failures } = await runSuite(mongooseDir, mocha);
  const wrong = failures.filter((failure) => !isRefusal(failure));
  for (const { fullTitle, err } of wrong) print(`wrong: ${fullTitle}: ${err.message ?? ''}`);
  print(`${passes.length} pass, ${failures.length - wrong.length} refused on purpose, ${wrong.length} wrong`);
  if (wrong.length > 0) process.exitCode = 1;
}

async function runSuite(mongooseDir: string, mocha: string): Promise<MochaReport> {
  using dir = makeTempDir();
  const output = join(dir.path, 'report.json');
  await using server = await startEmbeddedMongo({
    dataDir: join(dir.path, 'data'),
    port: 0,
    isDurable: false,
  });
  const args = ['--exit', '--reporter', 'json', '--reporter-option', `output=${output}`, './test/*.test.js'];
  const run = spawn(process.execPath, [mocha, ...args], {
    cwd: mongooseDir,
    env: { ...process.env, MONGOOSE_TEST_URI: `${server.uri}mongoose_test` },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await once(run, 'exit');
  return JSON.parse(readFileSync(output, 'utf8'));
}

/** No scripts; no transactions; no such command, index, option, stage, expression or text search. */
const refusals: ReadonlySet<unknown> = new Set([20, 27, 59, 67, 72, 115, 168, 291, 40415, 40573]);

function isRefusal({ err: { code, message = '' } }: Failure): boolean {
  return (
    refusals.has(code) ||
    /not supported by this server|only (allowed|supported) on (a )?replica set/.test(message)
  );
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

main(process.env['MONGOOSE_DIR']).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
