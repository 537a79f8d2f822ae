import { limits } from '@whisper/shared';
import { EventEmitter } from 'node:events';
import { request as httpRequest } from 'node:http';
import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { Conversation } from '../../testing/legacy/conversation.ts';
import { leaveInBudget, ManualClock, startTestServer } from '../../testing/index.ts';
import { Unread } from './unread.ts';
import { TaskQueue } from './task-queue.ts';

describe('an old client’s socket', () => {
  it('is one of at most twenty that a person may have at one process', async () => {
    await using talk = await Conversation.start({ isAlone: true });
    for (let n = 0; n < limits.socketsPerUserMax; n += 1) await talk.alice.connect('websocket');
    const surplus = await talk.alice.connect('websocket');
    if (surplus.client.connected) await surplus.ended();
    expect(surplus.client.active).toBe(false);
    await expect.poll(() => talk.server.app.connections.size).toBe(limits.socketsPerUserMax);
  });

  it('is closed for good when the session is revoked', async () => {
    await using talk = await Conversation.start({ isAlone: true });
    const alice = await talk.alice.connect();
    const ended = alice.ended();
    talk.server.app.connections.closeSession(String(decodeJwt(talk.alice.token)['sid']), 'sessionRevoked');
    expect(await ended).toBe('io server disconnect');
  });

  it('ends typing when it goes', async () => {
    // A process that only hears of it lets it end by its time.
    await using talk = await Conversation.start({ isAlone: true });
    const [alice, bob] = await Promise.all([talk.alice.connect(), talk.bob.connect()]);
    alice.client.emit('typing', { chatId: talk.chatId, isTyping: true });
    await bob.next('typing');
    alice.close();
    expect(await bob.next('typing', 2)).toMatchObject({ userId: talk.alice.me._id, isTyping: false });
  });

  it('is closed by a frame that is too large, and harms nobody', async () => {
    await using talk = await Conversation.start();
    const alice = await talk.alice.connect('websocket');
    const ended = alice.ended();
    alice.client.emit('send-message', { chatId: talk.chatId, text: 'x'.repeat(limits.packetBytesMax) });
    expect(await ended).toBe('transport close');
    expect(await talk.bob.call(`GET /api/messages/chat/${talk.chatId}`)).toEqual([]);
  });

  it('is told that its message is stored before the server ends, and comes back by itself', async () => {
    const talk = await Conversation.start({ isAlone: true });
    const alice = await talk.alice.connect('websocket');
    alice.client.io.reconnection(false);
    await alice.settle();
    const ended = alice.ended();
    const answer = alice.client.emitWithAck('send-message', { chatId: talk.chatId, text: 'last' });
    await alice.next('new-message');
    await talk.server.server.close();
    expect(await answer).toMatchObject({ text: 'last' });
    expect(await ended).toBe('transport close');
  });

  it('leaves nothing behind when it goes', async () => {
    await using talk = await Conversation.start({ isAlone: true });
    const { app } = talk.server;
    const before = app.broker.size;
    const sockets = await Promise.all(Array.from({ length: 10 }, () => talk.alice.connect('websocket')));
    expect(app.broker.size).toBeGreaterThan(before);
    for (const socket of sockets) socket.close();
    // A feed that had only begun lets go when what it began with has been read.
    await expect.poll(() => [app.connections.size, app.broker.size]).toEqual([0, before]);
  });

  it.each(['/nope', '/socket.io', '/socket.iox/', '/'])('is not opened by an upgrade to %s', async (path) => {
    await using server = await startTestServer();
    const status = await new Promise((resolve, reject) => {
      const headers = { connection: 'Upgrade', upgrade: 'websocket' };
      const upgrade = httpRequest(server.url + path, { headers });
      upgrade.on('response', (response) => resolve(response.statusCode));
      upgrade.on('upgrade', () => reject(new Error('upgraded')));
      upgrade.on('error', reject).end();
    });
    expect(status).toBe(404);
  });

  it('is refused typing over the budget silently, and messages over it aloud', async () => {
    await using talk = await Conversation.start({ env: { RATE_LIMITS: 'on' } });
    const alice = await talk.alice.connect('websocket');
    const { chatId } = talk;
    for (const budget of ['typing.set', 'message.send'] as const) {
      await leaveInBudget(talk.server, { budget, left: 0, who: talk.alice.me._id });
    }

    const typed = Array.from({ length: 10 }, (_, n) =>
      alice.client.emitWithAck('typing', { chatId, isTyping: n % 2 === 0 }),
    );
    await Promise.all(typed);
    expect(alice.all('socket-error')).toEqual([]);
    const sends = Array.from({ length: 10 }, (_, n) =>
      alice.client.emitWithAck('send-message', { chatId, text: String(n) }),
    );
    const refused = (await Promise.all(sends)).filter((answer) => 'error' in answer);
    expect(refused.length).toBeGreaterThan(0);
    expect(alice.all('socket-error')).toHaveLength(refused.length);
    expect(alice.all('socket-error')[0]).toEqual({ message: 'Too many requests, wait a moment' });
  });
});

describe('what waits for a client that does not read', () => {
  it('stops the feeds above the bound, and closes the socket when it stays there', async () => {
    const clock = new ManualClock();
    const connection = new EventEmitter();
    let stalls = 0;
    const outgoing = new Unread(connection, { clock, onStalled: () => (stalls += 1) });
    const fill = () => connection.emit('packetCreate', { data: 'x'.repeat(limits.outgoingBytesMax) });

    fill();
    expect(outgoing.isFull).toBe(true);
    const ready = outgoing.ready();
    connection.emit('flush');
    await ready;
    clock.advance(limits.stalledMs);
    expect([outgoing.isFull, stalls]).toEqual([false, 0]);

    fill();
    clock.advance(limits.stalledMs);
    expect([outgoing.isFull, stalls]).toEqual([true, 1]);
    connection.emit('close');
    await outgoing.ready();
  });

  it('is taken from the client in order and not without end', async () => {
    const queue = new TaskQueue(2);
    const done: number[] = [];
    const task = (n: number) => async () => {
      await new Promise(setImmediate);
      done.push(n);
    };
    expect([1, 2, 3].map((n) => queue.add(task(n)))).toEqual([true, true, false]);
    await queue.idle();
    expect(queue.add(task(4))).toBe(true);
    await queue.idle();
    expect(done).toEqual([1, 2, 4]);
  });
});
