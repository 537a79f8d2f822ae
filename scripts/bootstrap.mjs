// Runs before the root scripts that must work in a fresh clone: installs the workspace when the lockfile changed.
// Needs only Node and npm: the pinned pnpm comes through npx. Where Bun runs this, Bun installs.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const stampFile = join(root, 'node_modules', '.whisper-installed');
const lockFile = join(root, '.install.lock');
const lockTouchMs = 1_000;
const lockStaleMs = 15_000;
const pollMs = 200;

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

function requireNode() {
  const wanted = manifest.engines.node.replace('>=', '');
  const [wantedMajor, wantedMinor] = wanted.split('.').map(Number);
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return;
  console.error(`Whisper needs Node ${wanted} or newer; this is Node ${process.versions.node}.`);
  process.exit(1);
}

/** What an install depends on: the locked versions, and the machine whose native parts were chosen. */
function installKey() {
  const lockfile = readFileSync(join(root, 'pnpm-lock.yaml'));
  return `${process.platform}-${process.arch} ${createHash('sha256').update(lockfile).digest('hex')}`;
}

const readOr = (file, otherwise) => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return otherwise;
  }
};

const isInstalled = () => readOr(stampFile, '') === installKey();

/** Whoever creates the file holds the lock and touches it while alive; an untouched file has lost its owner. */
function tryLock() {
  try {
    closeSync(openSync(lockFile, 'wx'));
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    const { mtimeMs } = statSync(lockFile, { throwIfNoEntry: false }) ?? { mtimeMs: Date.now() };
    if (Date.now() - mtimeMs > lockStaleMs) rmSync(lockFile, { force: true });
    return false;
  }
}

function installCommand() {
  // Bun reads pnpm's lockfile, and keeps one of its own from then on.
  if (process.versions.bun) return `"${process.execPath}" install`;
  return `npx --yes pnpm@${manifest.devEngines.packageManager.version} install --frozen-lockfile`;
}

/** Resolves with the exit code. Output goes to stderr, so that stdout is the product's own. */
function runInstall() {
  const child = spawn(installCommand(), {
    cwd: root,
    shell: true,
    // npm's advertisement of itself would stand between the install and what it was for.
    env: { ...process.env, npm_config_update_notifier: 'false' },
    stdio: ['ignore', process.stderr, process.stderr],
  });
  return new Promise((resolve, reject) =>
    child.on('error', reject).on('close', (code) => resolve(code ?? 1)),
  );
}

async function install() {
  const key = installKey();
  console.error('Installing the dependencies. This happens once, and again when they change.');
  const touch = setInterval(() => utimesSync(lockFile, new Date(), new Date()), lockTouchMs);
  const code = await runInstall();
  clearInterval(touch);
  if (code !== 0) process.exit(code);
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, key);
}

requireNode();
while (!isInstalled()) {
  if (!tryLock()) {
    await delay(pollMs);
    continue;
  }
  process.on('exit', () => rmSync(lockFile, { force: true }));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));
  if (!isInstalled()) await install();
}
