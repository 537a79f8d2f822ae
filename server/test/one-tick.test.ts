import { createTRPCClient, httpBatchLink } from '@trpc/client';
import { limits, transformer } from '@whisper/shared';
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { openChat, startTestServer, type TestServer } from '../src/testing/index.ts';
import type { AppRouter } from '../src/router.ts';

const longText = '漢'.repeat(limits.textLengthMax);

async function countLong(server: TestServer): Promise<number> {
  return server.app.db.collection('messages').countDocuments({ text: longText });
}

/** tRPC's own client, without the bounds of ours. */
function plainClient({ url }: TestServer, token: string) {
  const headers = { authorization: `Bearer ${token}` };
  return createTRPCClient<AppRouter>({
    links: [httpBatchLink({ url: `${url}/trpc`, transformer, headers })],
  });
}

describe('an unmodified client, in one tick,', () => {
  it.each(['socket', 'HTTP'])('may send 40 long texts over %s', async (wire) => {
    await using server = await startTestServer();
    const { alice, chat } = await openChat(server);
    const { message } = wire === 'socket' ? alice.socketApi : plainClient(server, alice.token);

    await Promise.all(
      Array.from({ length: 40 }, () =>
        message.send.mutate({ chatId: chat.id, text: longText, clientId: randomUUID() }),
      ),
    );

    expect(await countLong(server)).toBe(40);
  });

  it.each(['socket', 'HTTP'])('hears over %s which of too many calls it may make again', async (wire) => {
    await using server = await startTestServer();
    const { alice, chat } = await openChat(server);
    const { message } = wire === 'socket' ? alice.socketApi : plainClient(server, alice.token);
    const count = limits.callsPerFrameMax + 20;

    const sent = await Promise.allSettled(
      Array.from({ length: count }, (_, n) =>
        message.send.mutate({ chatId: chat.id, text: String(n), clientId: randomUUID() }),
      ),
    );

    const refused = sent.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    expect(refused).toHaveLength(wire === 'socket' ? 20 : count);
    expect(refused[0]).toMatchObject({
      data: { code: 'TOO_MANY_REQUESTS', isRetryable: true, retryAfterMs: 1_000 },
    });
  });
});

describe('what is refused as a whole', () => {
  it('is answered once, and its body is not read by a stranger’s word', async () => {
    await using server = await startTestServer();
    const batch = Array.from({ length: 400 }, () => 'auth.me').join(',');
    const ask = async (init: RequestInit) => {
      const response = await fetch(`${server.url}/trpc/${batch}?batch=1`, init);
      return { status: response.status, body: await response.text() };
    };

    const get = await ask({});
    const post = await ask({ method: 'POST', body: JSON.stringify('x'.repeat(100_000)) });

    expect(get).toMatchObject({ status: 401, body: expect.stringContaining('UNAUTHORIZED') });
    expect(post).toEqual(get);
    expect(get.body.length).toBeLessThan(300);
  });

  it('is a body of nothing but structure', async () => {
    await using server = await startTestServer();
    const token = await server.tokenFor('alice');

    const { status } = await fetch(`${server.url}/trpc/auth.sync`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: `[${'{"a":1},'.repeat(100_000)}0]`,
    });

    expect(status).toBe(413);
  });

  it('is an input with many wrong values, of which few are told', async () => {
    await using server = await startTestServer();
    const { alice } = await openChat(server);
    const input = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`${n}`, n]));

    const refusal = await alice.api.chat.get.query(input as never).catch((error: unknown) => error);

    expect(JSON.stringify(refusal).length).toBeLessThan(1_000);
  });
});
