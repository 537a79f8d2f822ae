import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeTempDir } from '../../test/test-server.ts';
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

function fail(): never {
  throw new Error('There is no connection');
}
