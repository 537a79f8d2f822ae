import { createTRPCClient, createWSClient, httpBatchLink, wsLink } from '@trpc/client';
import { transformer } from '@whisper/shared';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { LegacyTestSocket } from '../src/testing/legacy/legacy-socket.ts';
import { startTestServer, type TestServer } from '../src/testing/index.ts';
import type { AppRouter } from '../src/router.ts';

/** Sends the bytes as they are and answers with everything that comes back until the server ends or `enough` came. */
async function say(server: TestServer, text: string, enough = /$^/): Promise<string> {
  const socket = connect({ port: Number(new URL(server.url).port), host: '127.0.0.1' });
  onTestFinished(() => void socket.destroy());
  socket.write(text);
  let heard = '';
  for await (const chunk of socket) {
    heard += String(chunk);
    if (enough.test(heard)) break;
  }
  return heard;
}

describe('a connection', () => {
  it('stays open longer than a balancer keeps its own', async () => {
    await using server = await startTestServer();
    await using patient = await startTestServer({ env: { KEEP_ALIVE_SECONDS: '620' } });
    const timeoutOf = async ({ url }: TestServer) => (await fetch(`${url}/livez`)).headers.get('keep-alive');
    expect(await timeoutOf(server)).toBe('timeout=75');
    expect(await timeoutOf(patient)).toBe('timeout=620');
  });

  it.each(['h2c', 'TLS/1.0, h2c', 'foo'])(
    'that offers %s is answered in HTTP/1.1, body and all',
    async (to) => {
      await using server = await startTestServer();
      const offer = `Host: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: ${to}\r\nHTTP2-Settings: AAMAAABk\r\n`;
      const body = JSON.stringify({ user: 'alice' });
      const post = `POST /dev/token HTTP/1.1\r\n${offer}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
      const get = `GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\n${offer}\r\n`;

      expect(await say(server, post, /"token":"[^"]+"/)).toMatch(/^HTTP\/1\.1 200 /);
      expect(await say(server, get, /"sid":/)).toMatch(/^HTTP\/1\.1 200 /);
      // They were two connections, however often each began, and both are gone.
      await expect.poll(() => server.app.strangers.size).toBe(0);
      // The connection goes on: two requests, the second without an offer.
      const twice = `GET /livez HTTP/1.1\r\n${offer}\r\nGET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n`;
      expect(await say(server, twice, /Not found/)).toMatch(/^HTTP\/1\.1 200 [^]*HTTP\/1\.1 404 /);
    },
  );

  it('with headers beyond what is read is told so, in JSON that tRPC’s client understands', async () => {
    await using server = await startTestServer();
    const response = await fetch(`${server.url}/trpc/user.list?input=${'x'.repeat(20_000)}`);
    expect(response.status).toBe(431);
    expect(await response.json()).toMatchObject({ code: 'PAYLOAD_TOO_LARGE', message: expect.any(String) });

    const api = createTRPCClient<AppRouter>({
      links: [
        httpBatchLink({
          url: `${server.url}/trpc`,
          transformer,
          headers: { authorization: 'x'.repeat(20_000) },
        }),
      ],
    });
    await expect(api.auth.me.query()).rejects.toMatchObject({
      data: { code: 'PAYLOAD_TOO_LARGE', httpStatus: 431, isRetryable: false },
    });
  });

  it('with what is no HTTP is told so, and ends', async () => {
    await using server = await startTestServer();
    expect(await say(server, 'hello\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 [^]*"code":"BAD_REQUEST"/);
  });
});

describe('below a path that the proxy leaves in place', () => {
  const start = () => startTestServer({ env: { BASE_PATH: '/chat/' } });

  it('every wire answers there, and where a health check asks', async () => {
    await using server = await start();
    const token = await server.tokenFor('alice');
    const below = { url: `${server.url}/chat` };
    const socket = createWSClient({
      url: `${below.url.replace('http', 'ws')}/trpc`,
      connectionParams: { token },
      WebSocket: WebSocket as unknown as typeof globalThis.WebSocket,
    });
    onTestFinished(() => socket.close());
    const api = createTRPCClient<AppRouter>({ links: [wsLink({ client: socket, transformer })] });
    expect(await api.auth.me.query()).toMatchObject({ name: 'alice' });

    const headers = { authorization: `Bearer ${token}` };
    const [users, health, bare] = await Promise.all(
      ['/chat/api/users', '/chat/livez', '/livez'].map((path) => fetch(server.url + path, { headers })),
    );
    expect([users?.status, health?.status, bare?.status]).toEqual([200, 200, 200]);
    expect((await fetch(`${server.url}/chatter/livez`)).status).toBe(404);

    const old = new LegacyTestSocket(server.url, { token }, { path: '/chat/socket.io' });
    onTestFinished(() => old.close());
    await old.next('online-users');
  });

  it('pages have addresses that hold there: each ends in a slash or is told so, relative to itself', async () => {
    await using server = await start();
    const locationOf = async (path: string) => {
      const { status, headers } = await fetch(server.url + path, { redirect: 'manual' });
      return [status, headers.get('location')];
    };
    expect(await locationOf('/chat')).toEqual([302, 'chat/']);
  });
});

it('an address of IPv6 is printed as a URL has it', async () => {
  await using server = await startTestServer({ env: { HOST: '::1' } });
  expect(new URL(server.url).hostname).toBe('[::1]');
  expect((await fetch(`${server.url}/livez`)).status).toBe(200);
});

it('an upgrade of a WebSocket that nobody offers stays a 404', async () => {
  await using server = await startTestServer();
  const ws = new WebSocket(`${server.url.replace('http', 'ws')}/nothing`);
  const [, response] = (await once(
    ws.on('error', () => undefined),
    'unexpected-response',
  )) as [unknown, { statusCode: number }];
  expect(response.statusCode).toBe(404);
});
