import { once } from 'node:events';
import { connect } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { defaultBounds as bounds, defaultCloseCodes as closeCodes } from '../src/index.ts';
import { toCall, type RawClient } from './raw-client.ts';
import { startSocketServer, type SocketHarness } from './socket-harness.ts';

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

test('closes a socket that announces connection parameters and does not send them', async () => {
  await using server = await startSocketServer();
  const silent = await server.connectRaw({ announcesParams: true });
  const anonymous = await server.connectRaw();
  const alice = await server.connectRaw({ token: 'alice' });
  for (const client of [anonymous, alice]) {
    client.call('query', 'greet', { input: 'bob' });
    await client.hear();
  }

  server.clock.advance(bounds.paramsDeadlineMs);

  expect(await silent.closed).toEqual(closeCodes.paramsDeadline);
  expect(server.present.size).toBe(2);
});

test('takes bounds and close codes of its host’s', async () => {
  const malformed = { code: 4007, reason: 'What was that?' };
  await using server = await startSocketServer({
    bounds: { subscriptionsMax: 1 },
    closeCodes: { malformed },
  });
  const client = await server.connectRaw({ token: 'alice' });

  client.call('subscription', 'onNothing', { id: 1 });
  client.call('subscription', 'onNothing', { id: 2 });
  expect(new Set((await client.hearAll(2)).map(codeOf))).toEqual(new Set([undefined, 'TOO_MANY_REQUESTS']));
  client.send('not json');

  expect(await client.closed).toEqual(malformed);
});

test('accepts 100 subscriptions of 2,000 and answers the others with TOO_MANY_REQUESTS', async () => {
  await using server = await startSocketServer();
  const client = await server.connectRaw({ token: 'alice' });
  const attempts = 2_000;

  for (let id = 1; id <= attempts; id += 1) client.call('subscription', 'onNothing', { id });
  const answers = await client.hearAll(attempts);

  const refused = answers.filter((answer) => codeOf(answer) === 'TOO_MANY_REQUESTS');
  expect(refused).toHaveLength(attempts - bounds.subscriptionsMax);
  client.call('query', 'greet', { input: 'bob' });
  expect(await client.hearAll(1)).toMatchObject([{ result: { data: { json: 'hello bob, says alice' } } }]);
});

test('takes back all subscriptions a client may hold in one batch, as after a reconnect', async () => {
  await using server = await startSocketServer();
  const client = await server.connectRaw({ token: 'alice' });
  const ids = Array.from({ length: bounds.subscriptionsMax }, (_, index) => index + 1);

  client.send(ids.map((id) => toCall('subscription', 'onNothing', { id })));

  for (const answer of await client.hearAll(ids.length)) {
    expect(answer).toMatchObject({ result: { type: 'started' } });
  }
});

test.each([
  ['small', 'bob'],
  ['large', 'b'.repeat(1_000)],
])('takes what a %s frame may hold, and refuses the calls beyond it under their ids', async (_, input) => {
  await using server = await startSocketServer();
  const client = await server.connectRaw({ token: 'alice' });
  const ids = Array.from({ length: bounds.messagesPerFrameMax + 20 }, (_, index) => index + 1);

  client.send(ids.map((id) => toCall('query', 'greet', { id, input })));

  const answers = await client.hearAll(ids.length);
  const refused = answers.filter((answer) => codeOf(answer) === 'TOO_MANY_REQUESTS');
  expect(refused).toMatchObject(ids.slice(bounds.messagesPerFrameMax).map((id) => ({ id })));
  expect(answers.filter((answer) => codeOf(answer) === undefined)).toHaveLength(bounds.messagesPerFrameMax);
});

test('takes 40 long texts that an unmodified client sends in one tick', async () => {
  await using server = await startSocketServer();
  const { trpc } = server.connect('alice');
  const text = '漢'.repeat(8_000);

  const answers = await Promise.all(Array.from({ length: 40 }, () => trpc.echo.mutate({ text, at })));

  expect(answers.filter((answer) => answer.text === text)).toHaveLength(40);
});

test('runs a bounded number of calls at once, lets the next wait, and refuses those beyond', async () => {
  await using server = await startSocketServer();
  const client = await server.connectRaw({ token: 'alice' });
  const held = bounds.callsRunningMax + bounds.callsWaitingMax;
  let started = 0;
  server.journal.on('entry', (entry) => (started += entry === 'mutation started' ? 1 : 0));
  for (let id = 1; id <= held + 1; id += 1) client.call('mutation', 'slow', { id });

  const [refused] = await client.hearAll(1);

  expect(refused).toMatchObject({ id: held + 1 });
  expect(codeOf(refused)).toBe('TOO_MANY_REQUESTS');
  expect(started).toBe(bounds.callsRunningMax);
  const answers = client.hearAll(held);
  while (started < held) {
    server.gate.emit('open');
    await setImmediate();
  }
  server.gate.emit('open');
  expect(await answers).toHaveLength(held);
});

test('refuses calls whose inputs take more room than there is, and takes them later', async () => {
  await using server = await startSocketServer({ bounds: { waitingBytesMax: 20_000 } });
  const client = await server.connectRaw({ token: 'alice' });
  const input = 'x'.repeat(9_000);

  client.send([1, 2, 3].map((id) => toCall('mutation', 'slow', { id, input })));

  const [refused] = await client.hearAll(1);
  expect(refused).toMatchObject({ id: 3 });
  expect(codeOf(refused)).toBe('TOO_MANY_REQUESTS');
  server.gate.emit('open');
  expect((await client.hearAll(2)).map(codeOf)).toEqual([undefined, undefined]);
  client.call('query', 'greet', { id: 4, input });
  expect((await client.hearAll(1)).map(codeOf)).toEqual([undefined]);
});

test('refuses calls for which their host has no room', async () => {
  await using server = await startSocketServer({ hasRoomFor: (_socket, bytes) => bytes < 1_000 });
  const client = await server.connectRaw({ token: 'alice' });

  client.call('query', 'greet', { id: 1, input: 'x'.repeat(1_000) });
  client.call('query', 'greet', { id: 2, input: 'bob' });

  expect((await client.hearAll(2)).map(codeOf)).toEqual(['TOO_MANY_REQUESTS', undefined]);
});

test('decodes no input of a socket that may not call', async () => {
  await using server = await startSocketServer();
  const client = await server.connectRaw();
  const input = { json: { text: 'a', at: 'b' }, meta: { values: { at: ['no such type'] } } };

  client.send({ id: 1, method: 'mutation', params: { path: 'echo', input } });

  expect((await client.hearAll(1)).map(codeOf)).toEqual(['UNAUTHORIZED']);
});

test('answers a frame of what are no messages once', async () => {
  await using server = await startSocketServer();
  const client = await server.connectRaw({ token: 'alice' });

  client.send([{}, {}, { id: 3 }, toCall('query', 'greet', { id: 4, input: 'bob' }), {}]);

  expect(await client.hearAll(2)).toMatchObject([
    { id: null, error: {} },
    { id: 4, result: {} },
  ]);
});

test('takes no large frame before it is known who sends it, and asks to reconnect', async () => {
  await using server = await startSocketServer();
  const frame = 'x'.repeat(bounds.strangerFrameBytesMax);
  const params = { method: 'connectionParams', data: { token: 'alice', frame } };
  const [announced, anonymous, begun] = await Promise.all([
    server.connectRaw({ announcesParams: true }),
    server.connectRaw(),
    server.connectRaw(),
  ]);

  announced.send(params);
  anonymous.call('query', 'greet', { input: frame });
  for (let part = 0; part < 3; part += 1) begun.ws.send(frame.slice(0, 9_000), { fin: false });

  for (const client of [announced, anonymous, begun]) {
    expect(await client.closed).toEqual(closeCodes.strangerFrame);
  }
});

test('reads what follows the connection parameters when it is known who sends it', async () => {
  await using server = await startSocketServer();
  const client = await server.connectRaw({ announcesParams: true });
  const input = 'x'.repeat(100_000);

  client.send({ method: 'connectionParams', data: { token: 'alice' } });
  client.call('query', 'greet', { id: 1, input: 'bob' });
  client.call('query', 'greet', { id: 2, input });

  expect((await client.hearAll(2)).map(codeOf)).toEqual([undefined, undefined]);
});

test('closes a socket whose frame is not whole in time', async () => {
  await using server = await startSocketServer();
  const client = await server.connectRaw({ token: 'alice' });
  client.call('query', 'greet', { input: 'bob' });
  await client.hear();
  const [socket] = server.present;
  client.ws.send('[', { fin: false });
  while (socket?.heldBytes === 0) await setImmediate();

  server.clock.advance(bounds.frameDeadlineMs + 1);
  client.ws.send(']', { fin: false });

  expect(await client.closed).toEqual(closeCodes.slowWriter);
});

test.each(['[{"a":1},', '[[],', '[1,'])('closes on a frame of nothing but structure: %s', async (part) => {
  await using server = await startSocketServer();
  const client = await server.connectRaw({ token: 'alice' });

  client.send(part.repeat(2 ** 17));

  expect(await client.closed).toMatchObject({ code: closeCodes.frameTooLarge.code });
});

test('answers each call of a frame that is too large, and takes those that fit', async () => {
  await using server = await startSocketServer();
  const client = await server.connectRaw({ token: 'alice' });
  const call = (id: number, bytes: number) => ({
    id,
    method: 'query',
    params: { path: 'greet', input: { json: 'x'.repeat(bytes) } },
  });

  client.send([call(1, 100_000), call(2, bounds.frameBytesMax), call(3, 1)]);
  const answers = await client.hearAll(3);
  client.send([call(4, bounds.frameBytesMax), call(5, 1)]);
  const alone = await client.hearAll(2);

  expect(answers.map(codeOf)).toEqual(['TOO_MANY_REQUESTS', 'TOO_MANY_REQUESTS', undefined]);
  expect(alone.map(codeOf)).toEqual(['TOO_MANY_REQUESTS', 'PAYLOAD_TOO_LARGE']);
});

test('closes on a frame that is four times too large', async () => {
  await using server = await startSocketServer();
  const client = await server.connectRaw({ token: 'alice' });

  client.call('query', 'greet', { input: 'x'.repeat(4 * bounds.frameBytesMax) });

  expect(await client.closed).toMatchObject({ code: 1009 });
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
  server.clock.advance(bounds.stalledMs - 1);
  await setImmediate();
  expect(isReady).toBe(false);
  expect(server.present.size).toBe(1);
  server.clock.advance(1);

  expect(server.present.size).toBe(0);
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
  server.clock.advance(bounds.stalledMs);
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
  expect(server.present.size).toBe(1);

  // Refusals are not held back, so asking for many of them is what fills the socket.
  const refused = Array.from({ length: bounds.messagesPerFrameMax }, () =>
    toCall('subscription', 'onNote', { id: 1 }),
  );
  while (server.present.size > 0) {
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
