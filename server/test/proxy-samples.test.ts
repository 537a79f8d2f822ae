import { createTRPCClient, createWSClient, httpBatchLink, httpSubscriptionLink, wsLink } from '@trpc/client';
import { transformer } from '@whisper/shared';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventSource } from 'eventsource';
import { describe, expect, inject, it } from 'vitest';
import { WebSocket } from 'ws';
import { findFreePort } from '../src/nodes/find-free-port.ts';
import type { AppRouter } from '../src/router.ts';
import { LegacyTestSocket } from '../src/testing/legacy/legacy-socket.ts';
import { startTestServer, type TestServer } from '../src/testing/index.ts';
import { hasRedis } from '../src/testing/with-redis.ts';

const hasNginx = spawnSync('nginx', ['-v']).status === 0;
const hasCaddy = spawnSync('caddy', ['version']).status === 0;
const sampleOf = (name: string) => readFile(new URL(`../../deploy/${name}`, import.meta.url), 'utf8');

type Proxy = AsyncDisposable & { readonly url: string };

/** Runs it in a folder of its own, until the server behind it answers through it. */
async function startProxy(
  command: string,
  { folder, args, url }: { folder: string; args: readonly string[]; url: string },
): Promise<Proxy> {
  const proxy = spawn(command, args, {
    env: { PATH: process.env['PATH'], HOME: folder },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const exited = once(proxy, 'exit');
  await expect
    .poll(() => fetch(`${url}/livez`).then(({ status }) => status, String), { timeout: 15_000 })
    .toBe(200);
  const close = async () => {
    proxy.kill('SIGTERM');
    await exited;
    await rm(folder, { recursive: true, force: true });
  };
  return { url, [Symbol.asyncDispose]: close };
}

/** nginx with the sample of deploy/ in front of the server; only addresses are exchanged. */
async function startNginx(server: TestServer): Promise<Proxy> {
  const folder = await mkdtemp(join(tmpdir(), 'whisper-nginx-'));
  const port = await findFreePort();
  const site = (await sampleOf('nginx.conf'))
    .replace('listen 80;', `listen 127.0.0.1:${port};`)
    .replace('server 127.0.0.1:3000;', `server ${new URL(server.url).host};`);
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  const config = join(folder, 'nginx.conf');
  await writeFile(
    config,
    `daemon off; pid ${folder}/pid; events {}\nhttp { access_log off; ${temp.join(' ')}\n${site}\n}`,
  );
  const args = ['-p', folder, '-e', 'stderr', '-c', config];
  return startProxy('nginx', { folder, args, url: `http://127.0.0.1:${port}/chat` });
}

/** Caddy with the sample of deploy/ in front of the servers, without its port for administrators. */
async function startCaddy(...servers: readonly TestServer[]): Promise<Proxy> {
  const folder = await mkdtemp(join(tmpdir(), 'whisper-caddy-'));
  const url = `http://127.0.0.1:${await findFreePort()}`;
  const nodes = servers.map((each) => new URL(each.url).host).join(' ');
  const site = (await sampleOf('Caddyfile'))
    .replace('{$SITE:localhost}', url)
    .replace('{$WHISPER_NODES:127.0.0.1:3000}', nodes);
  const config = join(folder, 'Caddyfile');
  await writeFile(
    config,
    `{\n  admin off\n  grace_period 100ms\n  log {\n    output discard\n  }\n}\n${site}`,
  );
  const args = ['run', '--config', config, '--adapter', 'caddyfile'];
  return startProxy('caddy', { folder, args, url });
}

type Tokens = { readonly alice: string; readonly bob: string };

const signIn = async (server: TestServer): Promise<Tokens> => ({
  alice: await server.tokenFor('alice'),
  bob: await server.tokenFor('bob'),
});

/** Alice writes over a WebSocket; Bob hears it as an event and, in his old app, on Socket.IO. */
async function talk(url: string, tokens: Tokens): Promise<void> {
  const socket = createWSClient({
    url: `${url.replace('http', 'ws')}/trpc`,
    connectionParams: { token: tokens.alice },
    WebSocket: WebSocket as unknown as typeof globalThis.WebSocket,
  });
  const alice = createTRPCClient<AppRouter>({ links: [wsLink({ client: socket, transformer })] });
  const options = { url: `${url}/trpc`, transformer };
  const connectionParams = { token: tokens.bob };
  const bobsEvents = createTRPCClient<AppRouter>({
    links: [httpSubscriptionLink({ ...options, EventSource, connectionParams })],
  });
  const bob = createTRPCClient<AppRouter>({
    links: [httpBatchLink({ ...options, headers: { authorization: `Bearer ${tokens.bob}` } })],
  });
  const path = `${new URL(url).pathname.replace(/\/$/, '')}/socket.io`;
  const bobsOldApp = await LegacyTestSocket.open(new URL(url).origin, { token: tokens.bob }, { path });

  const { id: userId } = await bob.auth.me.query();
  const { id: chatId } = await alice.chat.openDirect.mutate({ userId });
  const text = `hello ${crypto.randomUUID()}`;
  const input = { chatId, text, clientId: crypto.randomUUID() };
  const heard = new Promise((resolve, reject) => {
    const events = bobsEvents.message.onNew.subscribe(
      { chatId },
      {
        onStarted: () => void alice.message.send.mutate(input).catch(reject),
        onData({ data }) {
          events.unsubscribe();
          resolve(data.message.text);
        },
        onError: reject,
      },
    );
  });

  expect(await heard).toBe(text);
  // An old app may be sent what another node announced a moment before it came.
  await bobsOldApp.until(() => bobsOldApp.all('new-message').some((message) => message['text'] === text));
  bobsOldApp.close();
  await socket.close();
}

describe.skipIf(!hasNginx)('behind the sample of nginx, below /chat/', () => {
  it('the pages load, and WebSockets, events and the old socket carry a message from one person to the other', async () => {
    await using server = await startTestServer();
    await using nginx = await startNginx(server);
    const page = await fetch(nginx.url);
    expect(page.url).toBe(`${nginx.url}/`);
    expect((await fetch(`${nginx.url}/panel`)).status).toBe(200);
    await talk(nginx.url, await signIn(server));
  });
});

describe.skipIf(!hasCaddy || !hasRedis)('behind the sample of Caddy, two nodes', () => {
  it('carry what is said, and go on when the one that somebody was on is gone', async () => {
    const alone = { isAlone: true, env: { REDIS_URL: inject('redisUrl') } };
    await using first = await startTestServer(alone);
    await using second = await startTestServer({ ...alone, sameDatabaseAs: first });
    await using caddy = await startCaddy(first, second);
    expect((await fetch(`${caddy.url}/panel`)).status).toBe(200);
    const tokens = await signIn(first);
    await talk(caddy.url, tokens);

    // One address is always given the same node.
    const used = await LegacyTestSocket.open(caddy.url, { token: tokens.bob });
    await (first.connections > 0 ? first : second)[Symbol.asyncDispose]();
    used.close();
    await talk(caddy.url, tokens);
  });
});
