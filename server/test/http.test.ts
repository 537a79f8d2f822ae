import { once } from 'node:events';
import { connect } from 'node:net';
import { limits } from '@whisper/shared';
import { expect, it } from 'vitest';
import { openChat, startTestServer } from '../src/testing/index.ts';

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
  const tooMany = Array.from({ length: limits.batchSizeMax + 1 }, () => 'auth.me');
  expect((await get(tooMany, {}))[0]).toBe(400);
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
