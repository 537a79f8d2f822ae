// Runs the server: what was built where only that is installed, else the sources; with `--watch` again after each change.
// Node runs it in this process, so that signals reach it without a detour.
import { spawn } from 'node:child_process';
import { register } from 'node:module';
import { fileURLToPath } from 'node:url';
import { isProductionInstall } from './production-install.mjs';

const serverFile = (path) => new URL(`../server/${path}`, import.meta.url).href;
const sourceFlags = ['--conditions=source', fileURLToPath(serverFile('src/main.ts'))];
const isWatching = process.argv.includes('--watch');
const options = process.argv.slice(2).filter((each) => each !== '--watch');

/** Ends as the program does, and hands it the signals that come here. */
function become(args) {
  const child = spawn(process.execPath, args, { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code) => process.exit(code ?? 1));
}

if (isProductionInstall) await import(serverFile('dist/main.js'));
else if (process.versions.bun) become([...(isWatching ? ['--watch'] : []), ...sourceFlags, ...options]);
else if (isWatching)
  become([fileURLToPath(import.meta.resolve('tsx/cli')), 'watch', ...sourceFlags, ...options]);
else {
  register('./source-condition.mjs', import.meta.url);
  const { register: registerTsx } = await import('tsx/esm/api');
  registerTsx();
  // What a process that this one starts has to be told, as there it is no use to register anything here.
  process.execArgv.push('--conditions=source', '--import', import.meta.resolve('tsx'));
  await import(serverFile('src/main.ts'));
}
