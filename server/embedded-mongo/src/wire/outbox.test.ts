import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeTempDir } from '../../test/test-server.ts';
import { giveBack, largeBytes, takeMemory } from '../engine/reply-memory.ts';
import { Outbox } from './outbox.ts';

const replyBytes = 4 * 1024 * 1024;
const reply = [Buffer.alloc(replyBytes)];

/** The server's ends of that many connections whose clients read nothing until they are told to. */
async function connectSilent(count: number) {
  const dir = makeTempDir();
  const path = join(dir.path, 'silent.sock');
  const server = createServer();
  server.listen(path);
  await once(server, 'listening');
  const pairs: { socket: Socket; client: Socket }[] = [];
  for (let i = 0; i < count; i++) {
    const connected = once(server, 'connection');
    const client = connect(path).pause();
    client.on('error', () => undefined);
    const [socket]: Socket[] = await connected;
    if (socket) pairs.push({ socket, client });
  }
  return {
    pairs,
    [Symbol.dispose]() {
      for (const { socket, client } of pairs) for (const end of [socket, client]) end.destroy();
      server.close();
      dir[Symbol.dispose]();
    },
  };
}

test('waits until a reply is read', async () => {
  using silent = await connectSilent(1);
  const [{ socket, client } = fail()] = silent.pairs;
  const sent = new Outbox().send(socket, reply);

  client.resume();
  await sent;

  expect(socket.destroyed).toBe(false);
});

test('gives up a client that reads nothing for a while', async () => {
  using silent = await connectSilent(1);
  const [{ socket } = fail()] = silent.pairs;

  await new Outbox({ unreadMsMax: 20 }).send(socket, reply);

  expect(socket.destroyed).toBe(true);
});

test('gives up those who wait longest when all unread replies together are too much', async () => {
  using silent = await connectSilent(4);
  const outbox = new Outbox({ unreadBytesMax: 2.5 * replyBytes });

  for (const { socket } of silent.pairs) void outbox.send(socket, reply);

  expect(silent.pairs.map(({ socket }) => socket.destroyed)).toEqual([true, true, false, false]);
});

test('uses the memory of a reply again when it is read, and not before', async () => {
  using silent = await connectSilent(1);
  const [{ socket, client } = fail()] = silent.pairs;
  const parts = Array.from({ length: 32 }, (_, at) => takeMemory(largeBytes).fill(at));
  const memories = new Set(parts.map(({ buffer }) => buffer));
  const isTaken = () => memories.has(takeMemory(largeBytes).buffer);

  const sent = new Outbox().send(socket, parts);
  const isTakenUnread = isTaken();
  const read: Buffer[] = [];
  client.on('data', (chunk: Buffer) => read.push(chunk)).resume();
  await sent;

  expect([isTakenUnread, isTaken()]).toEqual([false, true]);
  while (Buffer.concat(read).length < 32 * largeBytes) await once(client, 'data');
  expect(Buffer.concat(read).equals(Buffer.concat(parts))).toBe(true);
});

test('lends memory to one at a time, also when it is given back twice', () => {
  const part = takeMemory(largeBytes);

  giveBack([part, part.subarray(0, 10)]);
  giveBack([part]);

  expect(takeMemory(largeBytes).buffer).toBe(part.buffer);
  expect(takeMemory(largeBytes).buffer).not.toBe(part.buffer);
});

function fail(): never {
  throw new Error('There is no connection');
}
