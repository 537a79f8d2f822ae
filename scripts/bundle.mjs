// Builds the browser clients whose sources changed since their bundle was made. With names (`bundle.mjs panel`),
// only those. Costs milliseconds when there is nothing to do, so that it can run before every start.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** What a bundle is made of besides its own folder. `.env` and the environment may set VITE_ variables. */
const sharedSources = ['shared/src', 'clients/sdk/src', 'pnpm-lock.yaml', '.env'];
const ownSources = ['src', 'public', 'index.html', 'vite.config.ts', 'package.json'];

const byName = (a, b) => (a < b ? -1 : 1);

function listFiles(path) {
  const stat = statSync(join(root, path), { throwIfNoEntry: false });
  if (!stat) return [];
  if (stat.isFile()) return [path];
  return readdirSync(join(root, path)).flatMap((name) => listFiles(`${path}/${name}`));
}

function sourceKey(client) {
  const paths = [...ownSources.map((each) => `clients/${client}/${each}`), ...sharedSources];
  const hash = createHash('sha256');
  for (const file of paths.flatMap(listFiles).toSorted(byName)) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0');
  }
  const settings = Object.keys(process.env).filter((name) => name.startsWith('VITE_'));
  for (const name of settings.toSorted(byName)) hash.update(`${name}=${process.env[name]}\0`);
  return hash.digest('hex');
}

const stampFile = (client) => join(root, 'clients', client, 'dist', '.sources');

function isFresh(client) {
  const stamp = stampFile(client);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === sourceKey(client);
}

/** Resolves with the exit code. Output goes to stderr, so that stdout is the product's own. */
function runVite(client, outDir) {
  const cwd = join(root, 'clients', client);
  const vite = join(cwd, 'node_modules/vite/bin/vite.js');
  const args = [vite, 'build', '--outDir', outDir, '--emptyOutDir', '--logLevel', 'warn'];
  const env = { ...process.env, NODE_ENV: 'production' };
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
async function bundle(client) {
  console.error(`Building clients/${client}.`);
  const key = sourceKey(client);
  const folder = join(root, 'clients', client);
  const fresh = join(folder, 'node_modules', `.bundle-${process.pid}`);
  const code = await runVite(client, fresh);
  if (code === 0) {
    writeFileSync(join(fresh, '.sources'), key);
    rmSync(join(folder, 'dist'), { recursive: true, force: true });
    renameSync(fresh, join(folder, 'dist'));
  }
  rmSync(fresh, { recursive: true, force: true });
  return code;
}

const named = process.argv.slice(2);
const clients = readdirSync(join(root, 'clients')).filter(
  (client) =>
    existsSync(join(root, 'clients', client, 'vite.config.ts')) &&
    (named.length === 0 || named.includes(client)),
);

for (const client of clients.filter((each) => !isFresh(each))) {
  const code = await bundle(client);
  if (code !== 0) process.exit(code);
}
