import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { endPipelines, pipelinedMax } from './pipelines.ts';

/** A server that does with each request as `answer` does, and what came in on a connection that was sent so many. */
async function sendAtOnce(count: number, answer: (response: ServerResponse) => void) {
  let heard = 0;
  const http = createServer((_request: IncomingMessage, response: ServerResponse) => {
    heard += 1;
    answer(response);
  });
  endPipelines(http);
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const client = connect((http.address() as AddressInfo).port, '127.0.0.1');
  client.on('error', () => undefined);
  let text = '';
  client.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  const last = 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
  client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(count - 1) + last);
  await once(client, 'close');
  http.close();
  return { heard, answered: text.split('HTTP/1.1 200 ').length - 1 };
}

it('answers as many requests as a connection may send without waiting', async () => {
  const { heard, answered } = await sendAtOnce(pipelinedMax, (response) => response.end('here'));

  expect([heard, answered]).toEqual([pipelinedMax, pipelinedMax]);
});

it('cuts a connection that sends more, and nobody hears of the rest', async () => {
  const { heard } = await sendAtOnce(2_000, (response) => response.end('here'));

  expect(heard).toBe(pipelinedMax);
});
