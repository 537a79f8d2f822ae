import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import { startTestServer, type TestServer } from '@whisper/server/testing';
import { describe, expect, it } from 'vitest';
import type { WhisperClientOptions } from '../create-whisper-client.ts';
import { meOf, openDevice, openUnsynced, statusBecomes, textsOf } from '../../test/people.ts';

/** A proxy that passes requests on, streams too, and refuses every upgrade. */
async function openProxy(server: TestServer) {
  const { port, hostname: host } = new URL(server.url);
  const proxy = createServer((request, response) => {
    const { method, url: path, headers } = request;
    const onward = httpRequest({ host, port, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      response.flushHeaders();
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    request.pipe(onward);
  });
  proxy.on('upgrade', (_request, socket) =>
    socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'),
  );
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const address = proxy.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    /** Ends every connection, as a proxy that is started again does. */
    cut: () => proxy.closeAllConnections(),
    async [Symbol.asyncDispose]() {
      proxy.closeAllConnections();
      proxy.close();
      await once(proxy, 'close');
    },
  };
}

// Not by a plain import: under the condition `source` its types are its sources, which do not compile beside a browser's.
const packageName: string = 'eventsource';
const { EventSource }: Required<Pick<WhisperClientOptions, 'EventSource'>> = await import(packageName);
const options = { EventSource };

describe('behind a proxy without upgrades', () => {
  it('a client talks and listens over HTTP alone, and goes on after its streams were cut', async () => {
    await using server = await startTestServer();
    await using proxy = await openProxy(server);
    const alice = await openDevice(proxy.url, 'alice', options);
    const bob = await openDevice(server.url, 'bob');
    const chat = await alice.store.openDirect(meOf(bob).id);
    await bob.store.openChat(chat.id);

    alice.store.send(chat.id, 'one');
    await bob.store.when(() => textsOf(bob, chat.id).includes('one'));
    bob.store.send(chat.id, 'two');
    await alice.store.when(() => textsOf(alice, chat.id).includes('two'));
    expect(alice.connection.getSnapshot()).toEqual({ status: 'open' });

    proxy.cut();
    bob.store.send(chat.id, 'three');
    await alice.store.when(() => textsOf(alice, chat.id).includes('three'));
    await statusBecomes(alice, 'open');
    expect(textsOf(alice, chat.id)).toEqual(['one', 'two', 'three']);
  });

  it('a client that was closed before it knew tells so whoever waits', async () => {
    await using server = await startTestServer();
    await using proxy = await openProxy(server);
    const alice = openUnsynced(proxy.url, 'alice');
    const sent = alice.api.auth.sync.mutate();
    alice.close();
    await expect(sent).rejects.toThrow('The client is closed');
  });
});
