import { randomUUID } from 'node:crypto';
import { createTRPCClient, httpSubscriptionLink } from '@trpc/client';
import { limits, transformer } from '@whisper/shared';
import { EventSource } from 'eventsource';
import { expect, it, onTestFinished } from 'vitest';
import { startFakeClerk } from '../src/testing/fake-clerk.ts';
import { collect, ManualClock, openChat, startTestServer, type TestServer } from '../src/testing/index.ts';
import type { AppRouter } from '../src/router.ts';

type Event = { readonly id: string; readonly data: { readonly type: string; readonly rev?: number } };

/** A client that has nothing but EventSource. */
function connect({ url }: TestServer, token: string) {
  return createTRPCClient<AppRouter>({
    links: [
      httpSubscriptionLink({ url: `${url}/trpc`, transformer, EventSource, connectionParams: { token } }),
    ],
  });
}

function watch(server: TestServer, token: string, input: { chatId?: string; lastEventId?: string } = {}) {
  const events = collect<Event>((on) => connect(server, token).message.onEvent.subscribe(input, on));
  onTestFinished(() => events.stop());
  return events;
}

const revsOf = (items: readonly Event[]) => items.map(({ data }) => data.rev ?? data.type);

it('delivers over SSE, resumes after the last event, and lets go of those who leave', async () => {
  await using server = await startTestServer();
  const before = server.app.broker.size;
  const { alice, bob, chat } = await openChat(server);
  const send = () => bob.api.message.send.mutate({ chatId: chat.id, text: 'hello', clientId: randomUUID() });
  const first = watch(server, alice.token, { chatId: chat.id });
  await first.until((items) => items.length === 1);
  expect(server.app.connections.size).toBe(1);
  await send();
  const [, last] = await first.until((items) => items.length === 2);
  first.stop();
  await expect.poll(() => server.app.connections.size).toBe(0);
  // tRPC's stream notices at its next event or ping that nobody listens.
  await send();
  await expect.poll(() => server.app.broker.size).toBe(before);

  const resumed = watch(server, alice.token, { chatId: chat.id, lastEventId: last?.id ?? '' });

  expect(revsOf(await resumed.until((items) => items.length === 2))).toEqual([2, 'synced']);
});

it('goes on by itself where a broken stream ended', async () => {
  await using server = await startTestServer();
  const { alice, bob, chat } = await openChat(server);
  const send = () => bob.api.message.send.mutate({ chatId: chat.id, text: 'hello', clientId: randomUUID() });
  const events = watch(server, alice.token, { chatId: chat.id });
  await events.until((items) => items.length === 1);
  await send();
  await events.until((items) => items.length === 2);

  server.app.connections.closeUser(alice.me.id, 'unresponsive');
  await send();

  const isBack = (items: readonly Event[]) => revsOf(items).filter((each) => each === 'synced').length === 2;
  const items = await events.until((seen) => isBack(seen) && revsOf(seen).includes(2));
  // The second was sent before it came back, or after.
  expect(revsOf(items).filter((each) => each !== 'synced')).toEqual([1, 2]);
});

it('ends a stream with its token, and refuses the old token when the client comes back', async () => {
  const clock = new ManualClock();
  await using server = await startTestServer({ clock });
  const events = watch(server, await server.tokenFor('alice'));
  await events.until((items) => items.length === 1);

  clock.advance(60_000 + 2 * server.app.env.TOKEN_GRACE_SECONDS * 1_000);

  expect(await events.failure()).toMatchObject({ data: { code: 'UNAUTHORIZED' } });
  await expect.poll(() => server.connections).toBe(0);
});

it('ends a stream with its session', async () => {
  await using clerk = await startFakeClerk();
  await using server = await startTestServer({ env: clerk.env });
  clerk.putUser({ id: 'user_ada' });
  const events = watch(server, await clerk.signToken('user_ada'));
  await events.until((items) => items.length === 1);

  const { body, headers } = clerk.signWebhook('session.revoked', { id: 'sess_user_ada' });
  await fetch(`${server.url}/webhooks/clerk`, { method: 'POST', headers, body });

  expect(await events.failure()).toMatchObject({ data: { code: 'UNAUTHORIZED' } });
});

it('counts a stream like a socket', async () => {
  await using server = await startTestServer();
  const { alice } = await openChat(server);
  const streams = Array.from({ length: limits.socketsPerUserMax }, () => watch(server, alice.token));
  await Promise.all(streams.map((stream) => stream.until((items) => items.length === 1)));

  const refused = watch(server, alice.token);

  expect(await refused.failure()).toMatchObject({ data: { code: 'TOO_MANY_REQUESTS', isRetryable: true } });
});
