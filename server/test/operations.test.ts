import { once } from 'node:events';
import { connect } from 'node:net';
import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { collect, leaveInBudget, openChat, startTestServer, uploadFile } from '../src/testing/index.ts';

/** A request with the headers of a proxy, which fetch would not let through. */
function getThroughProxy(url: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(url, { headers: { 'x-forwarded-for': '203.0.113.9', ...headers } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
}

describe('the operator’s endpoints', () => {
  it('say that the process lives, is ready, and is healthy in the old shape', async () => {
    await using server = await startTestServer();
    const get = async (path: string) => {
      const response = await fetch(`${server.url}${path}`);
      return [response.status, await response.json()];
    };

    expect(await get('/livez')).toEqual([200, { status: 'ok' }]);
    expect(await get('/readyz')).toEqual([200, { status: 'ok' }]);
    expect(await get('/health')).toEqual([200, { status: 'ok', message: 'Server is running' }]);
  });

  it('count sends, deliveries, connections, subscriptions, resets and files', async () => {
    await using server = await startTestServer();
    const { alice, bob, chat } = await openChat(server);
    const live = collect((on) => bob.api.message.onEvent.subscribe({ chatId: chat.id }, on));
    const foreign = collect((on) => bob.api.message.onEvent.subscribe({ lastEventId: 'foreign' }, on));
    await Promise.all([live, foreign].map((events) => events.until((items) => items.length === 1)));
    await alice.api.message.send.mutate({ chatId: chat.id, text: 'hello', clientId: randomUUID() });
    await Promise.all([live, foreign].map((events) => events.until((items) => items.length === 2)));

    const { url } = await alice.api.file.get.query({ fileId: await uploadFile(server, alice) });
    await (await fetch(`${server.url}${url}`)).text();
    await expect(uploadFile(server, alice, { bytes: Buffer.from('7f454c46', 'hex') })).rejects.toThrow();

    const text = await (await fetch(`${server.url}/metrics`)).text();

    const value = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
    expect(value('whisper_send_seconds_count')).toBe(1);
    expect(value('whisper_deliveries_total')).toBe(4);
    expect(value('whisper_connections')).toBe(1);
    expect(value('whisper_subscriptions')).toBe(1 + 2 * 2);
    expect(value('whisper_resets_total')).toBe(1);
    expect(value('whisper_file_bytes_total{direction="in"}')).toBe(7 + 4);
    expect(value('whisper_file_bytes_total{direction="out"}')).toBeGreaterThanOrEqual(7);
    expect(value('whisper_file_refusals_total{reason="typeNotAllowed"}')).toBe(1);
    expect(text).not.toContain('hello');
  });

  it('keep metrics from whoever has no token, on this machine too', async () => {
    await using server = await startTestServer({ env: { METRICS_TOKEN: 'secret' } });
    const url = `${server.url}/metrics`;

    expect((await fetch(url)).status).toBe(403);
    expect(await getThroughProxy(url, {})).toBe(403);
    expect(await getThroughProxy(url, { authorization: 'Bearer wrong!' })).toBe(403);
    expect(await getThroughProxy(url, { authorization: 'Bearer secret' })).toBe(200);
  });

  it('keep metrics from a proxy on this machine that says nothing of itself', async () => {
    await using server = await startTestServer();
    const socket = connect({ port: Number(new URL(server.url).port), host: '127.0.0.1' });
    socket.write('GET /metrics HTTP/1.0\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n');
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toMatch(/^HTTP\/1\.1 403 /);
    expect((await fetch(`${server.url}/metrics`)).status).toBe(200);
  });

  it('name every answer, or keep the name a proxy gave it', async () => {
    await using server = await startTestServer();
    const idOf = async (headers: Record<string, string>) =>
      (await fetch(`${server.url}/livez`, { headers })).headers.get('x-request-id');

    expect(await idOf({})).toMatch(/^[0-9a-f-]{36}$/);
    expect(await idOf({ 'x-request-id': 'proxy-7' })).toBe('proxy-7');
    expect(await idOf({ 'x-request-id': 'a b' })).not.toBe('a b');
  });
});

describe('the rate limits', () => {
  it('give a person one budget over all wires, and leave others alone', async () => {
    await using server = await startTestServer({ env: { RATE_LIMITS: 'on' } });
    const { alice, bob, chat } = await openChat(server);
    await leaveInBudget(server, { budget: 'message.send', left: 20, who: alice.me.id });
    const flood = await Promise.allSettled(
      [alice.api, alice.socketApi, alice.api, alice.socketApi].flatMap(({ message }) =>
        Array.from({ length: 10 }, () =>
          message.send.mutate({ chatId: chat.id, text: 'x', clientId: randomUUID() }),
        ),
      ),
    );

    const refused = flood.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    expect(refused.length).toBeGreaterThanOrEqual(20);
    expect(refused[0]).toMatchObject({
      data: { code: 'TOO_MANY_REQUESTS', isRetryable: true, retryAfterMs: expect.any(Number) },
    });
    await bob.api.message.send.mutate({ chatId: chat.id, text: 'calm', clientId: randomUUID() });
    const answer = await fetch(`${server.url}/trpc/message.send`, {
      method: 'POST',
      headers: { authorization: `Bearer ${alice.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ json: { chatId: chat.id, text: 'x', clientId: randomUUID() } }),
    });
    expect([answer.status, Number(answer.headers.get('retry-after'))]).toEqual([429, expect.any(Number)]);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});
