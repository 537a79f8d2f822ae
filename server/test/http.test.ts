import { once } from 'node:events';
import { connect } from 'node:net';
import { createTRPCClient, httpBatchLink } from '@trpc/client';
import { limits, transformer } from '@whisper/shared';
import { expect, it } from 'vitest';
import { openChat, startTestServer } from '../src/testing/index.ts';
import type { AppRouter } from '../src/router.ts';

it('answers an upgrade nobody offers with 404, and holds no connection for it', async () => {
  const server = await startTestServer();
  const socket = connect({ port: Number(new URL(server.url).port), host: '127.0.0.1', allowHalfOpen: true });
  socket.write('GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  const [answer] = await once(socket, 'data');
  expect(String(answer)).toMatch(/^HTTP\/1\.1 404 /);

  await server.server.close();

  socket.destroy();
});

it('answers batches call by call, and refuses one that is too long', async () => {
  await using server = await startTestServer();
  const { alice, chat } = await openChat(server);
  const get = async (paths: readonly string[], input: object) => {
    const query = `batch=1&input=${encodeURIComponent(JSON.stringify(input))}`;
    const headers = { authorization: `Bearer ${alice.token}` };
    const response = await fetch(`${server.url}/trpc/${paths.join(',')}?${query}`, { headers });
    return [response.status, await response.json()];
  };

  expect(await get(['auth.me', 'chat.get'], { 1: { json: { chatId: 'f'.repeat(24) } } })).toMatchObject([
    207,
    [
      { result: { data: { json: { id: alice.me.id } } } },
      { error: { json: { data: { code: 'NOT_FOUND' } } } },
    ],
  ]);
  expect(await get(['chat.get', 'chat.get'], { 0: { json: { chatId: chat.id } } })).toMatchObject([207, {}]);
  const tooMany = Array.from({ length: limits.callsPerFrameMax + 1 }, () => 'auth.me');
  expect((await get(tooMany, {}))[0]).toBe(429);
});

it('lets the web app’s origin call it from a browser, and no other', async () => {
  const origin = 'https://chat.example';
  await using server = await startTestServer({ env: { FRONTEND_URL: origin } });
  const ask = async (from: string) => {
    const { status, headers } = await fetch(`${server.url}/trpc/message.send`, {
      method: 'OPTIONS',
      headers: {
        origin: from,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    });
    return [status, headers.get('access-control-allow-origin'), headers.get('access-control-allow-headers')];
  };

  expect(await ask(origin)).toEqual([204, origin, 'authorization,content-type']);
  expect((await ask('https://evil.example'))[1]).toBeNull();
});

it('answers every method on every first segment, and is there afterwards', async () => {
  await using server = await startTestServer();
  const paths = [
    '/trpc',
    '/trpc/',
    '/trpc/auth.me',
    '/livez',
    '/readyz',
    '/metrics',
    '/api',
    '/dev',
    '/x',
    '//',
  ];
  for (const path of [...paths, '/panel', '/webhooks/clerk', '/%zz', '/trpc/%zz', '/trpc/a?input=%zz']) {
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'PATCH', 'PROPFIND']) {
      const { status } = await fetch(`${server.url}${path}`, { method });
      expect([status, `${method} ${path}`]).not.toEqual([500, `${method} ${path}`]);
    }
  }
});

it('names origins on every path but the local sign-in’s, and the development ones in development only', async () => {
  const origin = 'https://chat.example';
  const local = 'http://localhost:5173';
  const production = {
    NODE_ENV: 'production',
    RATE_LIMITS: 'on',
    CLERK_SECRET_KEY: 'sk_test_0',
    CLERK_AUTHORIZED_PARTIES: origin,
  };
  await using server = await startTestServer({ env: { FRONTEND_URL: origin } });
  await using live = await startTestServer({ env: { ...production, FRONTEND_URL: `${origin}/` } });
  const namedBy = async ({ url }: { url: string }, path: string, from: string) =>
    (await fetch(url + path, { headers: { origin: from } })).headers.get('access-control-allow-origin');

  for (const path of ['/health', '/livez', '/', '/nothing', '/trpc/auth.me', '/api/users']) {
    expect([path, await namedBy(server, path, origin)]).toEqual([path, origin]);
    expect([path, await namedBy(server, path, local)]).toEqual([path, local]);
    expect([path, await namedBy(live, path, origin)]).toEqual([path, origin]);
    expect([path, await namedBy(live, path, local)]).toEqual([path, null]);
  }
  expect(await namedBy(server, '/dev/people', local)).toBeNull();
});

it('lets no cache keep what tRPC answers, and no browser guess what it is', async () => {
  await using server = await startTestServer();
  const { alice } = await openChat(server);
  const authorization = `Bearer ${alice.token}`;
  const answers = await Promise.all([
    fetch(`${server.url}/trpc/auth.me`, { headers: { authorization } }),
    fetch(`${server.url}/trpc/auth.me`),
    fetch(`${server.url}/trpc/none`),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([200, 401, 404]);
  for (const { headers } of answers) {
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  }
});

it('takes a query as POST, for input that is too long for an address', async () => {
  await using server = await startTestServer();
  const { alice } = await openChat(server);
  const headers = { authorization: `Bearer ${alice.token}` };
  const links = [httpBatchLink({ url: `${server.url}/trpc`, transformer, headers, methodOverride: 'POST' })];
  const api = createTRPCClient<AppRouter>({ links });
  expect(await api.auth.me.query()).toMatchObject({ id: alice.me.id });
});

it('reads a token from an address for subscriptions alone', async () => {
  await using server = await startTestServer();
  const params = `connectionParams=${encodeURIComponent(JSON.stringify({ token: await server.tokenFor('alice') }))}`;
  const query = await fetch(`${server.url}/trpc/auth.me?${params}`);
  expect([query.status, await query.json()]).toMatchObject([401, { error: {} }]);
  const aborted = new AbortController();
  const stream = await fetch(`${server.url}/trpc/presence.onChange?${params}`, { signal: aborted.signal });
  expect([stream.status, stream.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
  aborted.abort();
});
