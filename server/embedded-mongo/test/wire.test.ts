import { once } from 'node:events';
import { connect } from 'node:net';
import { MongoClient } from 'mongodb';
import { expect, test } from 'vitest';
import { decodeDocument, encodeDocument } from '../src/bson/value.ts';
import { startTestServer } from './test-server.ts';

/** Sends the bytes on a connection of their own and returns what came back until the server closed it. */
async function send(uri: string, bytes: Buffer): Promise<Buffer> {
  const socket = connect(decodeURIComponent(new URL(uri).host));
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.write(bytes);
  await once(socket, 'close');
  return Buffer.concat(chunks);
}

function message(flags: number, sections: Buffer): Buffer {
  const head = Buffer.alloc(20);
  head.writeInt32LE(20 + sections.length, 0);
  head.writeInt32LE(2013, 12);
  head.writeUInt32LE(flags, 16);
  return Buffer.concat([head, sections]);
}

const body = Buffer.concat([Buffer.of(0), encodeDocument({ ping: 1, $db: 'admin' })]);
const nothing = Buffer.alloc(0);

function withLength(length: number): Buffer {
  const head = Buffer.alloc(16);
  head.writeInt32LE(length, 0);
  return head;
}

test.each([
  ['a length above 48 MB', withLength(48_000_001), 17],
  ['a negative length', withLength(-1), 17],
  ['a length below the header', withLength(15), 17],
  ['an unknown operation', Buffer.concat([withLength(16)]), 17],
  ['an unknown required flag', message(4, body), 17],
  ['no body', message(0, nothing), 17],
  ['two bodies', message(0, Buffer.concat([body, body])), 17],
  ['an unknown section', message(0, Buffer.of(9)), 17],
  ['a section beyond its end', message(0, Buffer.from([1, 255, 0, 0, 0])), 17],
  ['a document beyond its end', message(0, Buffer.from([0, 255, 0, 0, 0])), 17],
  ['a body that is not BSON', message(0, Buffer.from([0, 8, 0, 0, 0, 99, 0, 1, 0])), 22],
])('answers %s with an error, closes that connection and serves the others', async (_, bytes, code) => {
  await using server = await startTestServer();

  const reply = await send(server.uri, bytes);

  expect(decodeDocument(reply.subarray(21))).toMatchObject({ ok: expect.anything(), code: { value: code } });
  expect(await server.db.command({ ping: 1 })).toEqual({ ok: 1 });
});

test('survives a body nested deeper than any stack', async () => {
  await using server = await startTestServer();
  const depth = 100_000;
  const bytes = Buffer.alloc(depth * 8 + 5);
  for (let i = 0; i < depth; i++) {
    bytes.writeInt32LE(bytes.length - i * 8, i * 7);
    bytes.write('\x03a\0', i * 7 + 4, 'latin1');
  }
  bytes.writeInt32LE(bytes.length, 0);

  await send(server.uri, message(0, Buffer.concat([Buffer.of(0), bytes])));

  expect(await server.db.command({ ping: 1 })).toEqual({ ok: 1 });
});

test('takes a message in pieces, and several at once', async () => {
  await using server = await startTestServer();
  const socket = connect(decodeURIComponent(new URL(server.uri).host));
  const ping = message(0, body);
  let received = 0;
  socket.on('data', (chunk) => {
    received += chunk.length;
  });
  const replyBytes = 21 + encodeDocument({ ok: 1 }).length;

  for (const byte of ping) socket.write(Buffer.of(byte));
  socket.end(Buffer.concat([ping, ping]));
  await once(socket, 'close');

  expect(received).toBe(3 * replyBytes);
});

test('writes without an answer when none is asked for, in order', async () => {
  await using server = await startTestServer();
  await using client = await MongoClient.connect(server.uri, { maxPoolSize: 1 });
  const things = client.db('test').collection('things');

  await things.insertOne({ a: 1 }, { writeConcern: { w: 0 } });
  await things.insertOne({ a: 2 }, { writeConcern: { w: 0 } });

  expect(await things.countDocuments()).toBe(2);
});
