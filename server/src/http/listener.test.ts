import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { endStalledAnswers } from './listener.ts';

const stalledMs = 20;

/** A server whose answers are the test's to write, and a client that asks and does not read. */
async function ask() {
  const http = createServer();
  endStalledAnswers(http, stalledMs);
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const client = connect((http.address() as AddressInfo).port, '127.0.0.1');
  client.on('error', () => undefined).pause();
  client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  const [, response] = (await once(http, 'request')) as [unknown, ServerResponse];
  return {
    client,
    response,
    [Symbol.dispose]() {
      client.destroy();
      http.close();
    },
  };
}

describe('an answer', () => {
  it('of which nothing is read is cut', async () => {
    using asked = await ask();

    asked.response.write(Buffer.alloc(32 * 1024 * 1024));
    await once(asked.response, 'close');

    expect(asked.response.destroyed).toBe(true);
  });

  it('that has nothing to say yet is waited for', async () => {
    using asked = await ask();
    const { response, client } = asked;

    await once(response, 'timeout');
    client.resume();
    response.end('late');
    const [answer] = await once(client, 'data');

    expect(String(answer)).toMatch(/^HTTP\/1\.1 200 /);
  });
});
