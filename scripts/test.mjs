// `npm test`: lint beside the build and the tests, which leave a part of the processors idle while they wait. Every part
// has to pass. What lint says comes at the end, where it is seen.
//
// What counts is the processors' time: whatever is saved of it ends the whole sooner. So the build checks each project
// with one checker (more of them check the same declarations again: twice the work for twenty small projects), and lint's
// type-aware part, which would collect garbage on every processor, has one to itself.
import { spawn } from 'node:child_process';

const npm = process.env.npm_execpath;

/** Resolves with whether the script passed, and with what it said unless that went to the terminal. */
function run(script, stdio, env = process.env) {
  const [command, ...args] = npm ? [process.execPath, npm] : ['npm'];
  const child = spawn(command, [...args, 'run', '-s', script], { stdio, env });
  const said = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => said.push(chunk));
  return new Promise((resolve, reject) =>
    child.on('error', reject).on('close', (code, signal) => {
      resolve({ passed: code === 0, ended: signal ?? code, said: Buffer.concat(said).toString() });
    }),
  );
}

const report = ({ said, ended }) => console.error(`${said}\nLint ended with ${ended}.`);

/**
 * Beside other work oxlint can fail where it finds nothing alone: its memory for plugins is 6 GiB of addresses at once
 * (https://github.com/oxc-project/oxc/issues/20331), and what its type-aware rules see depends on the order in which
 * threads come to it (https://github.com/oxc-project/tsgolint/issues/1141). A second run, alone, decides.
 */
async function lintAgain(first) {
  report(first);
  console.error('Lint once more, alone.');
  const second = await run('lint', ['ignore', 'pipe', 'pipe']);
  if (!second.passed) report(second);
  return second.passed;
}

const beside = run('lint', ['ignore', 'pipe', 'pipe'], { ...process.env, GOMAXPROCS: '1' });
const isTested = (await run('build', 'inherit')).passed && (await run('unit', 'inherit')).passed;
const lint = await beside;
if (lint.passed) console.log(lint.said);
const isClean = lint.passed || (await lintAgain(lint));
process.exitCode = isTested && isClean ? 0 : 1;
