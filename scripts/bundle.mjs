// Builds the browser clients whose sources changed since their bundle was made. With names (`bundle.mjs panel`),
// only those. Costs milliseconds when there is nothing to do, so that it can run before every start: with `--keep`, which
// leaves a bundle the VITE_ settings it was built with when none are set now.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** What a bundle is made of besides its own folder. `.env` and the environment may set VITE_ variables. */
const sharedSources = ['shared/src', 'clients/sdk/src', 'clients/react/src', 'pnpm-lock.yaml', '.env'];
const ownSources = ['src', 'public', 'index.html', 'vite.config.ts', 'package.json'];

const byName = (a, b) => (a < b ? -1 : 1);

function listFiles(path) {
  const stat = statSync(join(root, path), { throwIfNoEntry: false });
  if (!stat) return [];
  if (stat.isFile()) return [path];
  return readdirSync(join(root, path)).flatMap((name) => listFiles(`${path}/${name}`));
}

function sourceKey(client, settings) {
  const paths = [...ownSources.map((each) => `clients/${client}/${each}`), ...sharedSources];
  const hash = createHash('sha256');
  for (const file of paths.flatMap(listFiles).toSorted(byName)) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0');
  }
  for (const [name, value] of settings) hash.update(`${name}=${value}\0`);
  return hash.digest('hex');
}

/** What the bundle there is was made of. */
function readStamp(client) {
  try {
    return JSON.parse(readFileSync(join(root, 'clients', client, 'dist', '.sources'), 'utf8'));
  } catch {
    return { key: '', settings: [] };
  }
}

function settingsFor(client) {
  const set = Object.entries(process.env)
    .filter(([name]) => name.startsWith('VITE_'))
    .toSorted(([a], [b]) => byName(a, b));
  return set.length === 0 && keepsSettings ? readStamp(client).settings : set;
}

const isFresh = (client) => readStamp(client).key === sourceKey(client, settingsFor(client));

/** Resolves with the exit code. Output goes to stderr, so that stdout is the product's own. */
function runVite(client, { outDir, settings }) {
  const cwd = join(root, 'clients', client);
  const vite = join(cwd, 'node_modules/vite/bin/vite.js');
  const args = [vite, 'build', '--outDir', outDir, '--emptyOutDir', '--logLevel', 'warn'];
  const env = { ...process.env, ...Object.fromEntries(settings), NODE_ENV: 'production' };
  const child = spawn(process.execPath, args, {
    cwd,
    env,
    stdio: ['ignore', process.stderr, process.stderr],
  });
  return new Promise((resolve, reject) =>
    child.on('error', reject).on('close', (code) => resolve(code ?? 1)),
  );
}

/** The finished bundle takes the old one's place at once: a running server never reads half of one. */
function replaceBundle(dist, fresh) {
  const old = `${fresh}-old`;
  try {
    if (existsSync(dist)) renameSync(dist, old);
    renameSync(fresh, dist);
  } catch (error) {
    // Another process that built the same sources was faster.
    if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(error.code)) throw error;
  }
  rmSync(old, { recursive: true, force: true });
}

async function bundle(client) {
  console.error(`Building clients/${client}.`);
  const settings = settingsFor(client);
  const key = sourceKey(client, settings);
  const folder = join(root, 'clients', client);
  const fresh = join(folder, 'node_modules', `.bundle-${process.pid}`);
  const code = await runVite(client, { outDir: fresh, settings });
  if (code === 0) {
    writeFileSync(join(fresh, '.sources'), JSON.stringify({ key, settings }));
    replaceBundle(join(folder, 'dist'), fresh);
  }
  rmSync(fresh, { recursive: true, force: true });
  return code;
}

/** A deployed server has no workspace around it: what was built for it to serve lies beside it. */
function copyToServer(client) {
  const built = join(root, 'server/dist');
  if (!existsSync(built)) return;
  const target = join(built, 'clients', client);
  rmSync(target, { recursive: true, force: true });
  cpSync(join(root, 'clients', client, 'dist'), target, { recursive: true });
}

const options = process.argv.slice(2);
const keepsSettings = options.includes('--keep');
const named = options.filter((each) => !each.startsWith('--'));
const clients = readdirSync(join(root, 'clients')).filter(
  (client) =>
    existsSync(join(root, 'clients', client, 'vite.config.ts')) &&
    (named.length === 0 || named.includes(client)),
);

for (const client of clients.filter((each) => !isFresh(each))) {
  const code = await bundle(client);
  if (code !== 0) process.exit(code);
}
if (options.includes('--deploy')) for (const client of clients) copyToServer(client);
