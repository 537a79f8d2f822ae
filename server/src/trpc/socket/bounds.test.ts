import { once } from 'node:events';
import { connect } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { closeCodes, limits } from '@whisper/shared';
import { expect, test } from 'vitest';
import { bounds } from './bounds.ts';
import { toCall, type RawClient } from './test/raw-client.ts';
import { startSocketServer, tokenTtlMs, type SocketHarness } from './test/socket-harness.ts';

const at = new Date('2030-01-01T00:00:00Z');

/** Subscribes, stops reading, and publishes until the server has had enough; returns how many events it took. */
async function stall(server: SocketHarness, client: RawClient): Promise<number> {
  client.call('subscription', 'onNote', { input: { topic: 'a' } });
  await client.hear();
  client.ws.pause();
  const text = 'x'.repeat(64 * 1024);
  for (let count = 1; ; count += 1) {
    if (!server.notes.publish({ text, at }, String(count))) return count;
    await setImmediate();
  }
}

const codeOf = (answer: unknown) => /"code":"(\w+)"/.exec(JSON.stringify(answer))?.[1];

test('closes a socket that says nothing, whether it announced connection parameters or not', async () => {
  await using server = await startSocketServer();
  const client = await server.connectRaw();
  const silent = await server.connectRaw({ announcesParams: true });
  await server.connectRaw({ token: 'alice' }).then((alice) => {
    alice.call('query', 'greet', { input: 'bob' });
    return alice.hear();
  });

  server.clock.advance(limits.authDeadlineMs);

  expect(await client.closed).toEqual({
    code: closeCodes.authDeadline.code,
    reason: closeCodes.authDeadline.reason,
  });
  expect(await silent.closed).toMatchObject({ code: closeCodes.authDeadline.code });
  expect(server.app.connections.size).toBe(1);
});

test('closes a socket whose token was refused at the same deadline', async () => {
  await using server = await startSocketServer();
  const client = await server.connectRaw({ token: 'bad' });
  client.call('query', 'greet', { input: 'bob' });
  expect((await client.hearAll(1)).map(codeOf)).toEqual(['UNAUTHORIZED']);

  server.clock.advance(limits.authDeadlineMs);

  expect(await client.closed).toMatchObject({ code: closeCodes.authDeadline.code });
});

test('closes a socket when its token expired and the grace is over, not before', async () => {
  await using server = await startSocketServer();
  const { trpc, wsClient } = server.connect('alice');
  const greet = () => trpc.greet.query('bob');
  /** Lets time pass in steps in which the client shows a sign of life. */
  const pass = async (seconds: number) => {
    for (let second = 0; second < seconds; second += 1) {
      server.clock.advance(1_000);
      if (second % 10 === 0) await greet();
    }
  };
  await greet();
  const connection = wsClient.connection;
  const closed = connection && once(connection.ws, 'close');
  const lifeSeconds = tokenTtlMs / 1_000 + server.app.env.TOKEN_GRACE_SECONDS;

  await pass(lifeSeconds - 1);
  await trpc.refresh.mutate('alice');
  await pass(lifeSeconds - 1);
  expect(await greet()).toBe('hello bob, says alice');
  server.clock.advance(1_000);

  expect(await closed).toEqual([closeCodes.tokenExpired.code, expect.anything()]);
});

test('accepts 100 subscriptions of 2,000 and answers the others with TOO_MANY_REQUESTS', async () => {
  await using server = await startSocketServer();
  const client = await server.connectRaw({ token: 'alice' });
  const attempts = 2_000;

  for (let id = 1; id <= attempts; id += 1) client.call('subscription', 'onNothing', { id });
  const answers = await client.hearAll(attempts);

  const refused = answers.filter((answer) => codeOf(answer) === 'TOO_MANY_REQUESTS');
  expect(refused).toHaveLength(attempts - limits.subscriptionsPerSocketMax);
  client.call('query', 'greet', { input: 'bob' });
  expect(await client.hearAll(1)).toMatchObject([{ result: { data: { json: 'hello bob, says alice' } } }]);
});

test('takes back all subscriptions a client may hold in one batch, as after a reconnect', async () => {
  await using server = await startSocketServer();
  const client = await server.connectRaw({ token: 'alice' });
  const ids = Array.from({ length: limits.subscriptionsPerSocketMax }, (_, index) => index + 1);

  client.send(ids.map((id) => toCall('subscription', 'onNothing', { id })));

  for (const answer of await client.hearAll(ids.length)) {
    expect(answer).toMatchObject({ result: { type: 'started' } });
  }
});

test('closes the socket a person opens beyond their limit, and no other', async () => {
  await using server = await startSocketServer();
  for (let count = 0; count < limits.socketsPerUserMax; count += 1) {
    const client = await server.connectRaw({ token: 'alice' });
    client.call('query', 'greet', { input: 'bob' });
    await client.hear();
  }

  const extra = await server.connectRaw({ token: 'alice' });
  const other = await server.connectRaw({ token: 'bob' });
  other.call('query', 'greet', { input: 'alice' });

  expect(await extra.closed).toMatchObject({ code: closeCodes.tooManySockets.code });
  await other.hear();
  expect(server.app.connections.size).toBe(limits.socketsPerUserMax + 1);
});

test('refuses a frame of too many messages, each under its id, and runs none', async () => {
  await using server = await startSocketServer();
  const client = await server.connectRaw({ token: 'alice' });
  const ids = Array.from({ length: bounds.messagesPerFrameMax + 1 }, (_, index) => index + 1);

  client.send(ids.map((id) => toCall('query', 'greet', { id, input: 'bob' })));

  const answers = await client.hearAll(ids.length);
  expect(answers.map(codeOf)).toEqual(ids.map(() => 'BAD_REQUEST'));
  expect(answers).toMatchObject(ids.map((id) => ({ id })));
});

test('runs a bounded number of calls at once and refuses the next', async () => {
  await using server = await startSocketServer();
  const client = await server.connectRaw({ token: 'alice' });
  for (let id = 1; id <= bounds.callsInFlightMax + 1; id += 1) client.call('mutation', 'slow', { id });

  const [refused] = await client.hearAll(1);

  expect(refused).toMatchObject({ id: bounds.callsInFlightMax + 1 });
  expect(codeOf(refused)).toBe('TOO_MANY_REQUESTS');
  server.gate.emit('open');
  expect(await client.hearAll(bounds.callsInFlightMax)).toHaveLength(bounds.callsInFlightMax);
  client.call('query', 'greet', { input: 'bob' });
  expect((await client.hearAll(1)).map(codeOf)).toEqual([undefined]);
});

test('closes on a frame that is too large', async () => {
  await using server = await startSocketServer();
  const client = await server.connectRaw({ token: 'alice' });

  client.call('query', 'greet', { input: 'x'.repeat(limits.frameBytesMax) });

  expect(await client.closed).toMatchObject({ code: closeCodes.frameTooLarge.code });
});

test.for([
  ['what is not JSON', 'not json'],
  ['JSON that is no object', '[1]'],
  ['a binary frame', Buffer.from('{}')],
])('closes on %s', async ([, frame]) => {
  await using server = await startSocketServer();
  const client = await server.connectRaw({ token: 'alice' });
  client.call('query', 'greet', { input: 'bob' });
  await client.hear();

  client.ws.send(frame ?? '');

  expect(await client.closed).toMatchObject({ code: closeCodes.malformed.code });
});

test('closes on connection parameters that are not JSON', async () => {
  await using server = await startSocketServer();
  const client = await server.connectRaw({ announcesParams: true });

  client.send('not json');

  expect(await client.closed).toMatchObject({ code: closeCodes.malformed.code });
});

test('takes connection parameters that name no token for a client that is not signed in', async () => {
  await using server = await startSocketServer();
  const client = await server.connectRaw({ announcesParams: true });

  client.send({ method: 'connectionParams', data: { token: 5 } });
  client.call('query', 'greet', { input: 'bob' });

  expect((await client.hearAll(1)).map(codeOf)).toEqual(['UNAUTHORIZED']);
});

test('answers a message that is none, under its id when it has one', async () => {
  await using server = await startSocketServer();
  const client = await server.connectRaw({ token: 'alice' });

  client.send({ id: 5, method: 'dance' });
  client.send({ method: 'query', params: { path: 'greet' } });
  client.call('query', 'greet', { id: null, input: 'bob' });
  client.call('query', 'greet', { id: 'x'.repeat(bounds.idLengthMax + 1), input: 'bob' });

  const answers = await client.hearAll(4);
  expect(answers).toMatchObject([{ id: 5 }, { id: null }, { id: null }, { id: null }]);
  expect(new Set(answers.map(codeOf))).toEqual(new Set(['BAD_REQUEST']));
});

test('pauses the feeds of a reader that stops reading, and closes it when it stays stalled', async () => {
  await using server = await startSocketServer();
  const client = await server.connectRaw({ token: 'alice' });
  await stall(server, client);
  const [sink] = server.notes.sinks;
  let isReady = false;
  void sink?.ready().then(() => (isReady = true));

  client.send('PONG');
  server.clock.advance(limits.stalledMs - 1);
  await setImmediate();
  expect(isReady).toBe(false);
  expect(server.app.connections.size).toBe(1);
  server.clock.advance(1);

  expect(server.app.connections.size).toBe(0);
  expect(server.notes.sinks.size).toBe(0);
  client.ws.resume();
  expect(await client.closed).toMatchObject({ code: closeCodes.slowReader.code });
});

test('goes on with a reader that reads again, and has lost nothing it took', async () => {
  await using server = await startSocketServer();
  const client = await server.connectRaw({ token: 'alice' });
  const count = await stall(server, client);
  const [sink] = server.notes.sinks;

  const ready = sink?.ready();
  client.ws.resume();
  await ready;
  server.clock.advance(limits.stalledMs);
  expect(server.notes.publish({ text: 'last', at }, 'last')).toBe(true);

  const heard = await client.hearAll(count + 1);
  expect(heard.at(-1)).toMatchObject({ result: { id: 'last' } });
  expect(heard).toHaveLength(count + 1);
});

test('holds back the answers to a reader that does not read, and closes it when it asks on', async () => {
  await using server = await startSocketServer();
  const client = await server.connectRaw({ token: 'alice' });
  await stall(server, client);
  for (let id = 10; id < 50; id += 1) client.call('query', 'big', { id, input: 200_000 });
  client.send('PONG');
  expect(server.app.connections.size).toBe(1);

  // Refusals are not held back, so asking for many of them is what fills the socket.
  const refused = Array.from({ length: 10_000 }, () => ({ method: 'query' }));
  while (server.app.connections.size > 0) {
    client.send(refused);
    await setImmediate();
  }

  client.ws.resume();
  expect(await client.closed).toMatchObject({ code: closeCodes.slowReader.code });
});

test('survives clients that reset the connection in the middle of anything', async () => {
  await using server = await startSocketServer();
  const { port } = new URL(server.url);
  const request = 'GET /trpc HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n';
  const key = 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: d2hpc3BlcndoaXNwZXI1NQ==\r\n';
  const starts = [request, `${request}\r\n`, `${request}${key}\r\n`, `${request}${key}\r\n\x81\xfe`];

  for (const start of [...starts, ...starts, ...starts]) {
    const socket = connect(Number(port), '127.0.0.1');
    await once(socket, 'connect');
    await new Promise((resolve) => socket.write(start, 'latin1', resolve));
    await setImmediate();
    socket.resetAndDestroy();
  }

  const { trpc } = server.connect('alice');
  expect(await trpc.greet.query('bob')).toBe('hello bob, says alice');
});
