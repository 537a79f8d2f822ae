import { createServer } from 'node:http';
import { applyWSSHandler, type CreateWSSContextFnOptions } from '@trpc/server/adapters/ws';
import { expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { RawClient, toCall } from './raw-client.ts';
import { contextOf, listen, startSocketServer, type SocketHarness } from './socket-harness.ts';

/** The same router and context behind tRPC's own adapter. */
async function startStockServer({ testRouter }: SocketHarness) {
  const http = createServer();
  const wss = new WebSocketServer({ server: http });
  const createContext = ({ info }: CreateWSSContextFnOptions) => contextOf(info.connectionParams);
  const handler = applyWSSHandler({ wss, router: testRouter, createContext });
  return {
    url: await listen(http),
    handler,
    async [Symbol.asyncDispose]() {
      for (const client of wss.clients) client.terminate();
      wss.close();
      http.close();
    },
  };
}

const at = '2030-01-01T00:00:00.000Z';
const dated = { json: { text: 'hí', at }, meta: { values: { at: ['Date'] } } };

/** What a client says, and how many frames it expects for it. */
const conversation: readonly { readonly say: unknown; readonly hears: number }[] = [
  { say: 'PING', hears: 1 },
  { say: toCall('query', 'greet', { id: 1, input: 'bob' }), hears: 1 },
  { say: toCall('query', 'greet', { id: 'two', input: 'bob', jsonrpc: '2.0' }), hears: 1 },
  { say: { id: 3, method: 'mutation', params: { path: 'echo', input: dated } }, hears: 1 },
  { say: toCall('query', 'greet', { id: 4, input: 5 }), hears: 1 },
  { say: toCall('query', 'refuse', { id: 5 }), hears: 1 },
  { say: toCall('query', 'crash', { id: 6, jsonrpc: '2.0' }), hears: 1 },
  { say: toCall('query', 'no.such.thing', { id: 7 }), hears: 1 },
  { say: toCall('mutation', 'greet', { id: 8, input: 'bob' }), hears: 1 },
  { say: [toCall('query', 'greet', { id: 9, input: 'a' })], hears: 1 },
  { say: toCall('subscription', 'count', { id: 10, input: { upTo: 3 } }), hears: 5 },
  { say: toCall('subscription', 'breaks', { id: 11, jsonrpc: '2.0' }), hears: 4 },
  { say: toCall('subscription', 'noStream', { id: 12 }), hears: 1 },
  { say: toCall('subscription', 'onNote', { id: 13, input: { topic: 'a' }, lastEventId: '7' }), hears: 1 },
  { say: toCall('subscription', 'onNote', { id: 'x', input: { topic: 'a' }, jsonrpc: '2.0' }), hears: 1 },
];

async function converse(url: string, server: SocketHarness): Promise<string[]> {
  const client = await RawClient.open(url, { token: 'alice' });
  const heard: string[] = [];
  const listen = async (frames: number) => {
    for (let frame = 0; frame < frames; frame += 1) heard.push(await client.hear());
  };
  for (const { say, hears } of conversation) {
    client.send(say);
    await listen(hears);
  }
  await server.notes.waitForSize(2);
  server.notes.publish({ text: 'a "quoted" ünï', at: new Date(at) }, 'event "1"');
  await listen(2);
  client.send({ id: 13, method: 'subscription.stop' });
  await listen(1);
  client.send({ id: 'x', jsonrpc: '2.0', method: 'subscription.stop' });
  await listen(1);
  client.ws.terminate();
  return heard;
}

test('says byte for byte what tRPC’s own adapter says', async () => {
  await using server = await startSocketServer();
  await using stock = await startStockServer(server);

  const ours = await converse(server.url, server);
  await server.notes.waitForSize(0);
  const theirs = await converse(stock.url, server);

  expect(ours).toHaveLength(26);
  expect(ours).toEqual(theirs);
});

test('asks clients to reconnect in the words of tRPC’s own adapter', async () => {
  await using server = await startSocketServer();
  await using stock = await startStockServer(server);
  const ours = await server.connectRaw({ token: 'alice' });
  const theirs = await RawClient.open(stock.url);
  ours.call('query', 'greet', { input: 'bob' });
  await ours.hear();

  for (const socket of server.present) socket.notifyDraining();
  stock.handler.broadcastReconnectNotification();

  expect(await ours.hear()).toBe(await theirs.hear());
});
