import { EventEmitter, once } from 'node:events';
import { TRPCClientError } from '@trpc/client';
import { expect, test } from 'vitest';
import { defaultBounds, defaultCloseCodes } from '../src/index.ts';
import { startSocketServer } from './socket-harness.ts';
import type { Note } from './test-router.ts';

const note = (text: string): Note => ({ text, at: new Date('2030-01-01T00:00:00Z') });

/** Remembers what a subscription's callbacks are told, and lets a test wait for it. */
function createObserver() {
  const told: unknown[] = [];
  const changes = new EventEmitter();
  const tell = (entry: unknown) => void changes.emit('told', told.push(entry));
  return {
    told,
    callbacks: {
      onStarted: () => tell('started'),
      onData: (data: unknown) => tell(data),
      onError: (error: { message: string }) => tell(`error: ${error.message}`),
      onComplete: () => tell('complete'),
    },
    async waitFor(count: number) {
      while (told.length < count) await once(changes, 'told');
      return told;
    },
  };
}

test('answers queries and mutations with the types they were sent with', async () => {
  await using server = await startSocketServer();
  const { trpc } = server.connect('alice');

  expect(await trpc.greet.query('bob')).toBe('hello bob, says alice');
  expect(await trpc.echo.mutate(note('hi'))).toEqual(note('hi'));
});

test('answers every call of a batch', async () => {
  await using server = await startSocketServer();
  const { trpc } = server.connect('alice');

  const answers = await Promise.all([trpc.greet.query('bob'), trpc.echo.mutate(note('hi'))]);

  expect(answers).toEqual(['hello bob, says alice', note('hi')]);
});

test('answers what was sent before the connection parameters were checked', async () => {
  await using server = await startSocketServer();
  const client = await server.connectRaw({ token: 'alice' });

  client.call('query', 'greet', { id: 7, input: 'bob' });

  expect(await client.hearAll(1)).toEqual([
    { id: 7, result: { type: 'data', data: { json: 'hello bob, says alice' } } },
  ]);
});

test('answers errors in the shape that the router gives them', async () => {
  await using server = await startSocketServer();
  const { trpc } = server.connect('alice');
  const client = await server.connectRaw({ token: 'alice' });

  await expect(trpc.refuse.query()).rejects.toMatchObject({
    message: 'not for you',
    data: { code: 'FORBIDDEN', httpStatus: 403, path: 'refuse' },
  });
  client.call('query', 'no.such.thing');
  expect(await client.hearAll(1)).toMatchObject([
    { id: 1, error: { json: { data: { code: 'NOT_FOUND' } } } },
  ]);
});

test('tells its host of every error, with the id of the call and what was thrown', async () => {
  await using server = await startSocketServer();
  const { trpc } = server.connect('alice');

  await expect(trpc.crash.query()).rejects.toBeInstanceOf(TRPCClientError);
  await expect(trpc.refuse.query()).rejects.toBeInstanceOf(TRPCClientError);

  expect(server.failures).toMatchObject([
    {
      path: 'crash',
      type: 'query',
      error: { code: 'INTERNAL_SERVER_ERROR', cause: { message: 'it broke' } },
    },
    { path: 'refuse', type: 'query', error: { code: 'FORBIDDEN' } },
  ]);
  const [socket] = server.present;
  expect(server.failures.map(({ requestId }) => requestId)).toEqual([`${socket?.id}/1`, `${socket?.id}/2`]);
});

test('answers every call of a socket whose context could not be made with the reason', async () => {
  await using server = await startSocketServer();
  const { trpc } = server.connect('bad token');

  await expect(trpc.greet.query('bob')).rejects.toMatchObject({ message: 'The token is not valid' });
  await expect(trpc.greet.query('bob')).rejects.toMatchObject({ data: { code: 'UNAUTHORIZED' } });
});

test('tells its host when a socket is gone, and why it closed it', async () => {
  await using server = await startSocketServer();
  const client = await server.connectRaw({ token: 'alice' });
  client.call('query', 'greet', { input: 'bob' });
  await client.hear();
  const [socket] = server.present;
  const goodbye = { code: 4999, reason: 'Good night' };

  socket?.close(goodbye);
  socket?.close(goodbye);

  expect(await client.closed).toEqual(goodbye);
  expect(server.closes).toEqual([goodbye]);
  expect([socket?.isClosed, server.present.size]).toEqual([true, 0]);
  let isTold = false;
  socket?.onClosed(() => (isTold = true));
  expect(isTold).toBe(true);
});

test('pushes a feed, and resumes it after the event the client saw last', async () => {
  await using server = await startSocketServer();
  const { trpc, wsClient } = server.connect('alice');
  const observer = createObserver();
  const resumed = once(server.journal, 'entry');
  trpc.onNote.subscribe({ topic: 'a' }, observer.callbacks);
  expect(await resumed).toEqual(['resumed from nothing']);
  await server.notes.waitForSize(1);

  server.notes.publish(note('one'), '1');
  server.notes.publish(note('two'), '2');
  await observer.waitFor(3);
  const resumedAgain = once(server.journal, 'entry');
  wsClient.connection?.ws.close();

  expect(await resumedAgain).toEqual(['resumed from 2']);
  expect(observer.told.slice(0, 3)).toEqual([
    'started',
    { id: '1', data: note('one') },
    { id: '2', data: note('two') },
  ]);
});

test('tells the same event to many sockets, each under its own subscription id', async () => {
  await using server = await startSocketServer();
  const clients = await Promise.all(['alice', 'bob', 'carol'].map((token) => server.connectRaw({ token })));
  for (const [index, client] of clients.entries()) {
    client.call('subscription', 'onNote', { id: index === 2 ? 'named' : 4, input: { topic: 'a' } });
  }
  await server.notes.waitForSize(3);

  server.notes.publish(note('ünï'), 'e1');

  const ids = clients.map(async (client) => (await client.hearAll(2)).at(1));
  const result = { type: 'data', data: { json: { id: 'e1' }, meta: expect.anything() }, id: 'e1' };
  expect(await Promise.all(ids)).toMatchObject([
    { id: 4, result },
    { id: 4, result },
    { id: 'named', result },
  ]);
  expect(server.delivered()).toBe(3);
});

test('stops a feed when the client unsubscribes, and frees its id', async () => {
  await using server = await startSocketServer();
  const client = await server.connectRaw({ token: 'alice' });
  client.call('subscription', 'onNote', { id: 1, input: { topic: 'a' } });
  await server.notes.waitForSize(1);

  client.send({ id: 1, method: 'subscription.stop' });
  await server.notes.waitForSize(0);
  server.notes.publish(note('unheard'), '1');
  client.call('subscription', 'onNote', { id: 1, input: { topic: 'a' } });

  const started = { id: 1, result: { type: 'started' } };
  expect(await client.hearAll(3)).toEqual([started, { id: 1, result: { type: 'stopped' } }, started]);
});

test('ends a subscription whose feed ends, and tells why when it failed', async () => {
  await using server = await startSocketServer();
  const { trpc } = server.connect('alice');
  const [ended, failed] = [createObserver(), createObserver()];
  trpc.onNote.subscribe({ topic: 'a' }, ended.callbacks);
  await server.notes.waitForSize(1);
  for (const sink of server.notes.sinks) sink.end();
  expect(await ended.waitFor(2)).toEqual(['started', 'complete']);

  trpc.onNote.subscribe({ topic: 'a' }, failed.callbacks);
  await server.notes.waitForSize(1);
  for (const sink of server.notes.sinks) sink.fail(new Error('it broke'));

  expect(await failed.waitFor(2)).toEqual(['started', 'error: it broke']);
  await server.notes.waitForSize(0);
});

test('sends what an ordinary generator yields, and completes with it', async () => {
  await using server = await startSocketServer();
  const { trpc } = server.connect('alice');
  const observer = createObserver();

  trpc.count.subscribe({ upTo: 2 }, observer.callbacks);

  expect(await observer.waitFor(4)).toEqual([
    'started',
    { id: '1', data: 1 },
    { id: '2', data: 2 },
    'complete',
  ]);
});

test('tells an error of a running generator and then that it stopped', async () => {
  await using server = await startSocketServer();
  const client = await server.connectRaw({ token: 'alice' });

  client.call('subscription', 'breaks');

  expect(await client.hearAll(4)).toMatchObject([
    { result: { type: 'started' } },
    { result: { type: 'data', data: { json: 'one' } } },
    { error: { json: { message: 'it is gone' } } },
    { result: { type: 'stopped' } },
  ]);
});

test('refuses a subscription id in use, and a subscription that is no stream', async () => {
  await using server = await startSocketServer();
  const client = await server.connectRaw({ token: 'alice' });

  client.call('subscription', 'onNothing', { id: 1 });
  client.call('subscription', 'onNothing', { id: 1 });
  client.call('subscription', 'noStream', { id: 2 });

  const heard = await client.hearAll(3);
  expect(heard).toContainEqual({ id: 1, result: { type: 'started' } });
  expect(heard).toContainEqual(
    expect.objectContaining({ id: 1, error: { json: expect.objectContaining({ code: -32600 }) } }),
  );
  expect(heard).toContainEqual(
    expect.objectContaining({ id: 2, error: { json: expect.objectContaining({ code: -32603 }) } }),
  );
});

test('aborts the signal of a generator that is stopped, and lets it clean up first', async () => {
  await using server = await startSocketServer();
  const client = await server.connectRaw({ token: 'alice' });
  const journal: string[] = [];
  server.journal.on('entry', (entry: string) => journal.push(entry));
  const started = once(server.journal, 'entry');
  client.call('subscription', 'untilStopped');
  await started;

  const aborted = once(server.journal, 'entry');
  client.send({ id: 1, method: 'subscription.stop' });
  await aborted;
  server.gate.emit('open');

  expect((await client.hearAll(3)).at(2)).toEqual({ id: 1, result: { type: 'stopped' } });
  expect(journal).toEqual(['generator started', 'generator aborted', 'generator cleaned up']);
});

test('aborts mutations and subscriptions when their socket is gone', async () => {
  await using server = await startSocketServer();
  const client = await server.connectRaw({ token: 'alice' });
  const started = once(server.journal, 'entry');
  client.call('mutation', 'slow', { id: 1 });
  client.call('subscription', 'onNote', { id: 2, input: { topic: 'a' } });
  await Promise.all([started, server.notes.waitForSize(1)]);

  const aborted = once(server.journal, 'entry');
  client.ws.terminate();

  expect(await aborted).toEqual(['mutation aborted']);
  await server.notes.waitForSize(0);
  await expect.poll(() => server.present.size).toBe(0);
});

test('answers PING with PONG, and closes a socket that does not answer its own', async () => {
  await using server = await startSocketServer();
  const alive = await server.connectRaw({ token: 'alice' });
  const { trpc } = server.connect('bob');
  await trpc.greet.query('alice');
  alive.send('PING');
  expect(await alive.hear()).toBe('PONG');

  server.clock.advance(defaultBounds.pingIntervalMs);
  expect(await alive.hear()).toBe('PING');
  expect(await trpc.greet.query('alice')).toBe('hello alice, says bob');
  server.clock.advance(defaultBounds.pingIntervalMs);

  expect(await alive.closed).toMatchObject({ code: defaultCloseCodes.unresponsive.code });
  expect(server.present.size).toBe(1);
});

test('moves a client to a new socket when it is told that the server drains', async () => {
  await using server = await startSocketServer();
  const { trpc } = server.connect('alice');
  const observer = createObserver();
  trpc.onNote.subscribe({ topic: 'a' }, observer.callbacks);
  await server.notes.waitForSize(1);
  server.notes.publish(note('one'), '1');
  await observer.waitFor(2);

  const resumed = once(server.journal, 'entry');
  for (const socket of server.present) socket.notifyDraining();
  expect(await resumed).toEqual(['resumed from 1']);
  await server.notes.waitForSize(2);
  await server.notes.waitForSize(1);
  server.notes.publish(note('two'), '2');

  await observer.waitFor(3);
  expect(observer.told).toEqual(['started', { id: '1', data: note('one') }, { id: '2', data: note('two') }]);
});

test('finishes the calls in flight before it closes', async () => {
  await using server = await startSocketServer();
  const client = await server.connectRaw({ token: 'alice' });
  const started = once(server.journal, 'entry');
  client.call('mutation', 'slow');
  await started;

  const closed = server.sockets.close();
  server.gate.emit('open');

  expect(await client.hearAll(1)).toMatchObject([{ result: { data: { json: 'done' } } }]);
  expect(await client.closed).toMatchObject({ code: defaultCloseCodes.draining.code });
  await closed;
  expect(server.sockets.size).toBe(0);
});

test('forgets a client that closes while it is subscribed', async () => {
  await using server = await startSocketServer();
  const { trpc, wsClient } = server.connect('alice');
  const observer = createObserver();
  trpc.onNote.subscribe({ topic: 'a' }, observer.callbacks);
  await observer.waitFor(1);

  await wsClient.close();
  await server.notes.waitForSize(0);

  expect(observer.told).toEqual(['started', 'complete']);
});

test('serves a lazy client, which comes and goes with its calls', async () => {
  await using server = await startSocketServer();
  const closes = new EventEmitter();
  const lazy = { enabled: true, closeMs: 1 };
  const { trpc } = server.connect('alice', { lazy, onClose: () => void closes.emit('closed') });

  const closed = once(closes, 'closed');
  expect(await trpc.greet.query('bob')).toBe('hello bob, says alice');
  await closed;

  expect(await trpc.greet.query('carol')).toBe('hello carol, says alice');
});
