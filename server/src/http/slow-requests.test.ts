import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { endSlowRequests } from './slow-requests.ts';
import { answerUnreadable } from './unreadable.ts';

/** A server that waits for whole bodies, and what a client hears that sends this and then nothing for a while. */
async function say(text: string, rest = ''): Promise<string> {
  const http = createServer({ headersTimeout: 20, requestTimeout: 0, connectionsCheckingInterval: 10 });
  http.on('request', (request, response) => request.resume().once('end', () => response.end('whole')));
  answerUnreadable(http);
  endSlowRequests(http, { withinMs: 20, pacedPath: '/uploads' });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const client = connect((http.address() as AddressInfo).port, '127.0.0.1');
  try {
    client.write(text);
    if (rest) setTimeout(() => client.write(rest), 100);
    const [heard] = await once(client, 'data');
    return String(heard);
  } finally {
    client.destroy();
    http.close();
  }
}

const post = (path: string) => `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n1`;

describe('a request', () => {
  it('whose head is not there in time is ended', async () => {
    expect(await say('GET /livez HTTP/1.1\r\nHost: x\r\nX-Slow: ')).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('whose body is not there in time is ended', async () => {
    expect(await say(post('/trpc/message.send'))).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('of an upload may take longer', async () => {
    expect(await say(post('/uploads/1'), '2')).toMatch(/^HTTP\/1\.1 200 /);
  });
});
