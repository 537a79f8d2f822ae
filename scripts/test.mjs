// `npm test`: lint beside the build and the tests, which leave a part of the processors idle while they wait. What lint says
// comes in one piece when it ends; every part has to pass.
import { spawn } from 'node:child_process';

const npm = process.env.npm_execpath;

/** Resolves with whether the script passed. */
function run(script, stdio) {
  const [command, ...args] = npm ? [process.execPath, npm] : ['npm'];
  const child = spawn(command, [...args, 'run', '-s', script], { stdio });
  const said = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => said.push(chunk));
  return new Promise((resolve, reject) =>
    child.on('error', reject).on('close', (code) => {
      process.stdout.write(Buffer.concat(said));
      resolve(code === 0);
    }),
  );
}

const lint = run('lint', ['ignore', 'pipe', 'pipe']);
const isTested = (await run('build', 'inherit')) && (await run('unit', 'inherit'));
const isClean = await lint;
if (!isClean) console.error('Lint found something: see above.');
process.exitCode = isTested && isClean ? 0 : 1;
