import { createTRPCClient, createWSClient, httpBatchLink, httpSubscriptionLink, wsLink } from '@trpc/client';
import { transformer } from '@whisper/shared';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventSource } from 'eventsource';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { findFreePort } from '../src/nodes/find-free-port.ts';
import type { AppRouter } from '../src/router.ts';
import { LegacyTestSocket } from '../src/testing/legacy/legacy-socket.ts';
import { startTestServer, type TestServer } from '../src/testing/index.ts';

const hasNginx = spawnSync('nginx', ['-v']).status === 0;

/** nginx with the sample of deploy/ in front of the server; only addresses are exchanged. */
async function startNginx(server: TestServer) {
  const folder = await mkdtemp(join(tmpdir(), 'whisper-nginx-'));
  const port = await findFreePort();
  const sample = await readFile(new URL('../../deploy/nginx.conf', import.meta.url), 'utf8');
  const site = sample
    .replace('listen 80;', `listen 127.0.0.1:${port};`)
    .replace('server 127.0.0.1:3000;', `server ${new URL(server.url).host};`);
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  await writeFile(
    join(folder, 'nginx.conf'),
    `daemon off; pid ${folder}/pid; events {}\nhttp { access_log off; ${temp.join(' ')}\n${site}\n}`,
  );
  const nginx = spawn('nginx', ['-p', folder, '-e', 'stderr', '-c', join(folder, 'nginx.conf')], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const exited = once(nginx, 'exit');
  const url = `http://127.0.0.1:${port}/chat`;
  await expect.poll(() => fetch(`${url}/livez`).then(({ status }) => status, String)).toBe(200);
  const close = async () => {
    nginx.kill('SIGTERM');
    await exited;
    await rm(folder, { recursive: true, force: true });
  };
  return { url, [Symbol.asyncDispose]: close };
}

describe.skipIf(!hasNginx)('behind the sample of nginx, below /chat/', () => {
  it('the pages load, and WebSockets, events and the old socket carry a message from one person to the other', async () => {
    await using server = await startTestServer();
    await using nginx = await startNginx(server);
    const page = await fetch(nginx.url);
    expect(page.url).toBe(`${nginx.url}/`);
    expect((await fetch(`${nginx.url}/panel`)).status).toBe(200);

    const [aliceToken, bobToken] = await Promise.all(['alice', 'bob'].map((name) => server.tokenFor(name)));
    const socket = createWSClient({
      url: `${nginx.url.replace('http', 'ws')}/trpc`,
      connectionParams: { token: aliceToken ?? '' },
      WebSocket: WebSocket as unknown as typeof globalThis.WebSocket,
    });
    const alice = createTRPCClient<AppRouter>({ links: [wsLink({ client: socket, transformer })] });
    const options = { url: `${nginx.url}/trpc`, transformer };
    const connectionParams = { token: bobToken ?? '' };
    const bobsEvents = createTRPCClient<AppRouter>({
      links: [httpSubscriptionLink({ ...options, EventSource, connectionParams })],
    });
    const bob = createTRPCClient<AppRouter>({
      links: [httpBatchLink({ ...options, headers: { authorization: `Bearer ${bobToken}` } })],
    });
    const bobsOldApp = await LegacyTestSocket.open(
      new URL(nginx.url).origin,
      { token: bobToken ?? '' },
      { path: '/chat/socket.io' },
    );

    const { id: userId } = await bob.auth.me.query();
    const { id: chatId } = await alice.chat.openDirect.mutate({ userId });
    const input = { chatId, text: 'hello', clientId: crypto.randomUUID() };
    const heard = new Promise((resolve, reject) =>
      bobsEvents.message.onNew.subscribe(
        { chatId },
        {
          onStarted: () => void alice.message.send.mutate(input),
          onData: ({ data }) => resolve(data.message.text),
          onError: reject,
        },
      ),
    );

    expect(await heard).toBe('hello');
    expect(await bobsOldApp.next('new-message')).toMatchObject({ text: 'hello' });
    bobsOldApp.close();
    await socket.close();
  });
});
