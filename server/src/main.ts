import { demoPeople } from '@whisper/shared';
import { networkInterfaces } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { EnvError, loadEnvFile, readEnv, type Env } from './platform/env.ts';
import { readNodesWanted } from './nodes/nodes-wanted.ts';
import { openStore, type Store } from './platform/store.ts';
import type { WhisperServer } from './server.ts';

/** A second signal, or this long after the first, ends the process whatever is still in flight. */
const shutdownMaxMs = 9_000;

/** Under `npm start` one Ctrl-C arrives twice: from the terminal, and passed on by npm. */
const sameSignalMs = 1_000;

// By itself V8 keeps garbage of up to three times what lives, which whoever asks for much makes it do. Bun has no V8.
if (!process.versions['bun']) setFlagsFromString('--heap-growing-percent=30');

try {
  loadEnvFile();
  const env = readEnv();
  const nodesWanted = readNodesWanted(process.argv.slice(2));
  // The store's process comes up while this one is still loading the server's modules.
  const [store, server] = await (nodesWanted === undefined ? startOne(env) : startSeveral(env, nodesWanted));
  void store.ended.then(() => endWithoutStore());
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void shutDown(server));
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exit(1);
}

let shuttingDownSince: number | undefined;

/** Nothing works without the store, and nothing acknowledged is lost: end, so that whoever runs us starts again. */
function endWithoutStore(): void {
  if (shuttingDownSince !== undefined) return;
  process.stderr.write(
    'The embedded store ended unexpectedly. Start Whisper again; no stored message is lost.\n',
  );
  process.exit(1);
}

type Started = readonly [Store, { close(): Promise<void> }];

async function startOne(env: Env): Promise<Started> {
  const [store, { startServer }] = await Promise.all([openStore(env), import('./server.ts')]);
  const server = await startServer({ env, store });
  process.stdout.write(describe(server, env));
  return [store, server];
}

async function startSeveral(env: Env, count: number): Promise<Started> {
  const [store, { Nodes }] = await Promise.all([openStore(env), import('./nodes/start-nodes.ts')]);
  try {
    const nodes = await Nodes.start({ count, env, store });
    process.stdout.write(nodes.describe());
    const close = async () => {
      await nodes.close();
      await store.close();
    };
    return [store, { close }];
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function shutDown(server: Started[1]): Promise<void> {
  if (shuttingDownSince !== undefined) {
    if (Date.now() - shuttingDownSince > sameSignalMs) process.exit(1);
    return;
  }
  shuttingDownSince = Date.now();
  setTimeout(() => process.exit(1), shutdownMaxMs).unref();
  await server.close();
  process.exit(0);
}

function describe({ url, store }: WhisperServer, env: Env): string {
  const lines = [
    ['Whisper', url],
    ['Panel', describePanel(url, env)],
    ['Store', store === 'embedded' ? `embedded, in ${env.DATA_DIR}` : 'MongoDB, at MONGODB_URI'],
    ['Identity', env.isLocalIssuer ? `local, for ${demoPeople.join(', ')} or any name` : 'Clerk'],
    ...describeLan(url, env),
    ['Try', env.isLocalIssuer ? chatCommand('alice', url) : `${url}/health`],
    [
      'and',
      env.isLocalIssuer ? `${chatCommand('bob', url)}     (in another terminal)` : 'docs/ARCHITECTURE.md',
    ],
  ];
  return `\n${lines.map(([label = '', value]) => `  ${label.padEnd(10)}${value}\n`).join('')}\n`;
}

/** Where phones find it, and what that means. */
function describeLan(url: string, { DEV_SIGN_IN_LAN }: Env): [string, string][] {
  if (DEV_SIGN_IN_LAN === 'off') return [];
  const found = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const addresses = found.filter(({ family, internal }) => family === 'IPv4' && !internal);
  const urls = addresses.map(({ address }) => `http://${address}:${new URL(url).port}`);
  return [
    ['Phones', urls.join(' ') || 'there is no network'],
    ['Warning', 'whoever is in this network may sign in as anybody: DEV_SIGN_IN_LAN is on'],
  ];
}

/** The quotes are for an address in brackets, which some shells would look for among the files. */
function chatCommand(name: string, url: string): string {
  const isUsual = url === 'http://127.0.0.1:3000';
  return `npm run chat -- --as ${name}${isUsual ? '' : ` --url "${url}"`}`;
}

function describePanel(url: string, { isProduction, PANEL_TOKEN }: Env): string {
  if (!isProduction) return `${url}/panel`;
  return PANEL_TOKEN === undefined ? 'closed; PANEL_TOKEN opens it' : `${url}/panel, with PANEL_TOKEN`;
}

/** What to do about it, where that is known; a sentence that names the setting. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof EnvError) return error.message;
  const code = 'code' in error ? error.code : undefined;
  switch (code) {
    case 'EADDRINUSE':
      return `${error.message}: is Whisper running already? Set PORT to use another port.`;
    case 'EACCES':
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      if ('syscall' in error && (error.syscall === 'listen' || error.syscall === 'getaddrinfo')) {
        return `${error.message}: set HOST and PORT to what this machine may listen on.`;
      }
  }
  if (error.name === 'MongooseServerSelectionError') return `The database does not answer: ${error.message}`;
  if (/^Mongo(Parse|API|InvalidArgument|MissingCredentials|Server)/.test(error.name)) {
    return `MONGODB_URI: ${error.message}`;
  }
  return error.stack ?? error.message;
}
