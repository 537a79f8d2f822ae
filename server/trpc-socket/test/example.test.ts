import { EventEmitter, once } from 'node:events';
import { createTRPCClient, createWSClient, wsLink } from '@trpc/client';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { openGuestBook, type GuestBook } from '../example/guest-book.ts';
import { listen } from './socket-harness.ts';

function visit(url: string, name: string) {
  const wsClient = createWSClient({
    url,
    // The types of ws and of the DOM differ in listeners that tRPC's client does not use.
    WebSocket: WebSocket as unknown as typeof globalThis.WebSocket,
    connectionParams: { name },
    retryDelayMs: () => 1,
  });
  return { wsClient, trpc: createTRPCClient<GuestBook>({ links: [wsLink({ client: wsClient })] }) };
}

test('the guest book shows every line once, to a reader that lost its connection too', async () => {
  const http = openGuestBook();
  const url = await listen(http);
  const [alice, bob] = [visit(url, 'Alice'), visit(url, 'Bob')];
  const read: string[] = [];
  const changes = new EventEmitter();
  const readAll = async (count: number) => {
    while (read.length < count) await once(changes, 'read');
    return read;
  };
  bob.trpc.read.subscribe(
    {},
    {
      onData: ({ id, data }) => void changes.emit('read', read.push(`${id} ${data}`)),
    },
  );

  await alice.trpc.write.mutate('Hello');
  expect(await readAll(1)).toEqual(['1 Alice: Hello']);
  bob.wsClient.connection?.ws.close();
  await alice.trpc.write.mutate('Still there?');
  await bob.trpc.write.mutate('Yes');

  expect(await readAll(3)).toEqual(['1 Alice: Hello', '2 Alice: Still there?', '3 Bob: Yes']);
  for (const { wsClient } of [alice, bob]) await wsClient.close();
  http.close();
});
