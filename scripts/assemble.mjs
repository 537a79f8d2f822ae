// `npm run assemble -- DIR` builds everything and puts what runs into DIR/server: `node DIR/server/dist/main.js` needs
// nothing else. Production dependencies alone; none of them is a compiler.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const [directory] = process.argv.slice(2);
if (!directory) {
  console.error('Usage: npm run assemble -- DIR');
  process.exit(2);
}
const target = join(resolve(directory), 'server');
if (existsSync(target)) {
  console.error(`${target} is there already: name another folder, and switch to it when it is ready.`);
  process.exit(2);
}

function run(command) {
  const { status } = spawnSync(command, { cwd: root, shell: true, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).devEngines.packageManager;
// The one peer that would come along is tRPC's, TypeScript: 30 MB that only an editor reads.
const options = '--config.auto-install-peers=false --filter @whisper/server';
run('npm run -s build');
run(`npx --yes pnpm@${version} ${options} deploy --prod --legacy "${target}"`);
