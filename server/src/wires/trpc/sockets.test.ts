import { createTRPCClient, createWSClient, httpBatchLink, TRPCClientError, wsLink } from '@trpc/client';
import { TRPCError } from '@trpc/server';
import { closeCodes, limits, transformer } from '@whisper/shared';
import { defaultBounds, defaultCloseCodes } from '@whisper/trpc-socket';
import { RawClient } from '@whisper/trpc-socket/testing';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { ManualClock, startTestServer, type TestServer } from '../../testing/index.ts';
import type { AppRouter } from '../../router.ts';
import { createSocketHost } from './sockets.ts';

type Options = Parameters<typeof RawClient.open>[1];

async function connect(server: TestServer, options?: Options): Promise<RawClient> {
  const client = await RawClient.open(`${server.url.replace('http', 'ws')}/trpc`, options);
  onTestFinished(() => client.ws.terminate());
  return client;
}

/** A socket that has heard whether it is signed in, and what it heard. */
async function open(server: TestServer, options?: Options) {
  const client = await connect(server, options);
  client.call('query', 'auth.me');
  const [answer] = await client.hearAll(1);
  return { client, answer };
}

const isSignedIn = { result: { type: 'data' } };
const isRefused = (message: string) => ({
  error: { json: { message, data: { code: 'UNAUTHORIZED', httpStatus: 401, isRetryable: false } } },
});

test('closes every socket on which nobody signed in at the same deadline, and no other', async () => {
  const clock = new ManualClock();
  await using server = await startTestServer({ clock, isAlone: true });
  const alice = await open(server, { token: await server.tokenFor('alice') });
  const silent = await connect(server, { announcesParams: true });
  const anonymous = await open(server);
  const refused = await open(server, { token: 'no token' });
  const nameless = await connect(server, { announcesParams: true });
  clock.advance(limits.authDeadlineMs - 1);
  nameless.send({ method: 'connectionParams', data: { token: 5 } });
  nameless.call('query', 'auth.me');

  expect(alice.answer).toMatchObject(isSignedIn);
  expect(anonymous.answer).toMatchObject(isRefused('Sign in first'));
  expect(refused.answer).toMatchObject(isRefused('The session token is not valid'));
  expect(await nameless.hearAll(1)).toMatchObject([isRefused('Sign in first')]);
  clock.advance(1);

  const { code, reason } = closeCodes.authDeadline;
  for (const client of [silent, anonymous.client, refused.client, nameless]) {
    expect(await client.closed).toEqual({ code, reason });
  }
  await expect.poll(() => server.app.connections.size).toBe(1);
  expect(await server.app.metrics.render()).toContain('whisper_socket_closes_total{reason="authDeadline"} 4');
});

test('closes a socket when its newest token expired and the grace is over, not before', async () => {
  const clock = new ManualClock();
  await using server = await startTestServer({ clock });
  const { client } = await open(server, { token: await server.tokenFor('alice') });
  /** Lets time pass in steps in which the client shows a sign of life. */
  const passUntil = async (time: number) => {
    while (clock.now() < time) {
      clock.advance(Math.min(10_000, time - clock.now()));
      client.call('query', 'auth.me');
      expect(await client.hearAll(1)).toMatchObject([isSignedIn]);
    }
  };
  const graceMs = server.app.env.TOKEN_GRACE_SECONDS * 1_000;
  const endsIn = async (token: string) => {
    client.call('mutation', 'auth.refresh', { input: { token } });
    const [answer] = await client.hearAll(1);
    const expiresAt = /"expiresAt":"([^"]+)"/.exec(JSON.stringify(answer))?.[1] ?? '';
    return Date.parse(expiresAt) + graceMs;
  };

  const firstEnd = await endsIn(await server.tokenFor('alice'));
  await passUntil(firstEnd - 1);
  const secondEnd = await endsIn(await server.tokenFor('alice'));
  await passUntil(secondEnd - 1);
  clock.advance(1);

  expect(secondEnd).toBeGreaterThan(firstEnd);
  expect(await client.closed).toMatchObject({ code: closeCodes.tokenExpired.code });
  await expect.poll(() => server.connections).toBe(0);
});

test('closes the socket a person opens beyond their limit, and no other', async () => {
  // The limit is that of a process.
  await using server = await startTestServer({ isAlone: true });
  const token = await server.tokenFor('alice');
  for (let count = 0; count < limits.socketsPerUserMax; count += 1) await open(server, { token });

  const extra = await connect(server, { token });
  const bob = await open(server, { token: await server.tokenFor('bob') });

  expect(await extra.closed).toMatchObject({ code: closeCodes.tooManySockets.code });
  expect(bob.answer).toMatchObject(isSignedIn);
  await expect.poll(() => server.app.connections.size).toBe(limits.socketsPerUserMax + 1);
});

test('asks the sockets of signed-in people to reconnect when the server drains', async () => {
  await using server = await startTestServer();
  const { client } = await open(server, { token: await server.tokenFor('alice') });

  server.app.connections.notifyDraining();

  expect(await client.hearAll(1)).toEqual([{ id: null, method: 'reconnect' }]);
});

test('logs an unforeseen error with the id of its request and without its text', async () => {
  await using server = await startTestServer();
  const logged: unknown[] = [];
  const record = (entry: unknown) => void logged.push(entry);
  const log = { debug: record, info: record, warn: record, error: record };
  const { onError } = createSocketHost({ ...server.app, log });
  const call = { requestId: 'socket/1', type: 'query', path: 'chat.get' } as const;

  const cause = new RangeError('the secret text');
  onError({ ...call, error: new TRPCError({ code: 'INTERNAL_SERVER_ERROR', cause }) });
  onError({ ...call, error: new TRPCError({ code: 'FORBIDDEN', message: 'not for you' }) });

  expect(logged).toMatchObject([{ ...call, error: 'RangeError' }]);
  expect(JSON.stringify(logged)).not.toContain('secret');
});

test('sets the bounds and close codes that clients are told of', async () => {
  await using server = await startTestServer();

  const { bounds, closeCodes: codes } = createSocketHost(server.app);

  expect({ ...defaultBounds, ...bounds }).toEqual(defaultBounds);
  expect(codes).toMatchObject({
    ...defaultCloseCodes,
    paramsDeadline: { code: defaultCloseCodes.paramsDeadline.code },
  });
});

/** What an unmodified client says of so many calls of one tick, of 100,000 characters each. */
async function codesOf(links: Parameters<typeof createTRPCClient<AppRouter>>[0]['links'], count: number) {
  const api = createTRPCClient<AppRouter>({ links });
  const query = 'x'.repeat(100_000);
  const calls = Array.from({ length: count }, () => api.user.list.query({ query }));
  const results = await Promise.allSettled(calls);
  return results.map((result) => {
    const reason: unknown = result.status === 'rejected' && result.reason;
    return reason instanceof TRPCClientError ? String(reason.data?.code ?? reason.message) : result.status;
  });
}

test('tells an unmodified client which calls of one tick were too much, on both wires', async () => {
  await using server = await startTestServer();
  const token = await server.tokenFor('alice');
  const url = `${server.url}/trpc`;
  const client = createWSClient({
    url,
    connectionParams: { token },
    WebSocket: WebSocket as unknown as typeof globalThis.WebSocket,
  });
  onTestFinished(() => client.close());
  const headers = { authorization: `Bearer ${token}` };
  const http = [httpBatchLink({ url, transformer, headers, methodOverride: 'POST' })];

  const overSocket = await codesOf([wsLink({ client, transformer })], 50);

  expect(new Set(overSocket)).toEqual(new Set(['BAD_REQUEST', 'TOO_MANY_REQUESTS']));
  expect(new Set(await codesOf(http, 50))).toEqual(new Set(['PAYLOAD_TOO_LARGE']));
  expect(new Set(await codesOf(http, 250))).toEqual(new Set(['PAYLOAD_TOO_LARGE']));
});
