// Installs the workspace when the lockfile changed, then runs the named root script.
// Needs only Node and npm: the pinned pnpm comes through npx.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const stamp = join(root, 'node_modules', '.whisper-lockfile');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).devEngines.packageManager;

function pnpm(args) {
  const run = spawnSync('npx', ['--yes', `pnpm@${version}`, ...args], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (run.status !== 0) process.exit(run.status ?? 1);
}

function installIfChanged() {
  const lock = createHash('sha256').update(readFileSync(join(root, 'pnpm-lock.yaml'))).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  pnpm(['install', '--frozen-lockfile']);
  writeFileSync(stamp, lock);
}

installIfChanged();
pnpm(['--silent', 'run', ...process.argv.slice(2)]);
