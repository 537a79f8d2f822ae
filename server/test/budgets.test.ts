import { limits, type Message } from '@whisper/shared';
import { Types } from 'mongoose';
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { budgets } from '../src/platform/rate-limits.ts';
import { leaveInBudget, openChat, startTestServer, type TestServer } from '../src/testing/index.ts';

type Described = {
  readonly _def: { readonly meta?: { readonly cost?: { budget: string; points: number } } };
};

const longText = 'x'.repeat(limits.textLengthMax);
const limited = { env: { RATE_LIMITS: 'on' } };

/** Every wire's way to read the same page, as the status of its answer. */
async function readOn(server: TestServer, { token, chatId }: { token: string; chatId: string }) {
  const headers = { authorization: `Bearer ${token}` };
  const input = encodeURIComponent(JSON.stringify({ json: { chatId } }));
  const batch = encodeURIComponent(JSON.stringify({ 0: { json: { chatId } } }));
  const answers = await Promise.all([
    fetch(`${server.url}/trpc/message.list?input=${input}`, { headers }),
    fetch(`${server.url}/trpc/message.list?batch=1&input=${batch}`, { headers }),
    fetch(`${server.url}/api/messages/chat/${chatId}`, { headers }),
  ]);
  await Promise.all(answers.map((answer) => answer.text()));
  return answers.map(({ status }) => status);
}

describe('what a call costs', () => {
  it('is said by every procedure', async () => {
    await using server = await startTestServer();
    const procedures = Object.entries(
      server.server.router._def.procedures as unknown as Record<string, Described>,
    );

    const known = Object.keys(budgets);
    const without = procedures.filter(([, { _def }]) => {
      const cost = _def.meta?.cost;
      return !cost || !known.includes(cost.budget) || cost.points < 1;
    });

    expect(without.map(([path]) => path)).toEqual([]);
    expect(procedures.length).toBeGreaterThan(0);
  });

  it('is spent on every wire, and by each call of a batch', async () => {
    await using server = await startTestServer(limited);
    const { alice, bob, chat } = await openChat(server);
    // A page costs two.
    await leaveInBudget(server, { budget: 'reads', left: 1, who: alice.me.id });

    expect(await readOn(server, { token: alice.token, chatId: chat.id })).toEqual([429, 429, 429]);
    await expect(alice.socketApi.message.list.query({ chatId: chat.id })).rejects.toMatchObject({
      data: { code: 'TOO_MANY_REQUESTS', retryAfterMs: expect.any(Number) },
    });
    expect(await readOn(server, { token: bob.token, chatId: chat.id })).toEqual([200, 200, 200]);
  });

  it('is spent by each page that REST reads', async () => {
    await using server = await startTestServer(limited);
    const { alice, chat } = await openChat(server);
    await server.app.db
      .collection('messages')
      .insertMany(
        Array.from({ length: 250 }, (_, n) => toDoc({ chat: chat.id, sender: alice.me.id, seq: n + 1 })),
      );
    await leaveInBudget(server, { budget: 'reads', left: 6, who: alice.me.id });
    const headers = { authorization: `Bearer ${alice.token}` };

    const { status } = await fetch(`${server.url}/api/messages/chat/${chat.id}`, { headers });

    expect(status).toBe(429);
  });

  it('is spent by asking for what is not there', async () => {
    await using server = await startTestServer(limited);
    const alice = await server.signIn('alice');
    const headers = { authorization: `Bearer ${alice.token}` };
    const hasLeft = async () => (await server.app.rateLimits.waitFor('reads', alice.me.id)) === 0;
    const nowhere = alice.socketApi as unknown as { no: { where: { query(): Promise<unknown> } } };
    await leaveInBudget(server, { budget: 'reads', left: 5, who: alice.me.id });

    const single = await fetch(`${server.url}/trpc/no.where`, { headers });
    const batch = await fetch(`${server.url}/trpc/no.where,no.where?batch=1`, { headers });
    expect([single.status, batch.status, await hasLeft()]).toEqual([404, 404, true]);
    await expect(nowhere.no.where.query()).rejects.toMatchObject({ data: { code: 'NOT_FOUND' } });

    expect(await hasLeft()).toBe(false);
    await expect(nowhere.no.where.query()).rejects.toMatchObject({ data: { code: 'TOO_MANY_REQUESTS' } });
    expect((await fetch(`${server.url}/trpc/no.where,no.where?batch=1`, { headers })).status).toBe(429);
  });

  it('is spent by a batch of what no batch can call, which is refused as a whole', async () => {
    await using server = await startTestServer(limited);
    const alice = await server.signIn('alice');
    const names = Array.from({ length: 500 }, (_, n) => (n % 2 === 0 ? 'message.onNew' : 'no.where'));
    const ask = () =>
      fetch(`${server.url}/trpc/${names.join()}?batch=1`, {
        headers: { authorization: `Bearer ${alice.token}` },
      });

    const first = await ask();

    expect(first.status).toBe(400);
    expect(await first.json()).toMatchObject({ error: { json: { data: { code: 'BAD_REQUEST' } } } });
    expect((await ask()).status).toBe(429);
  });

  it('is spent by addresses of which nobody knows who they are', async () => {
    await using server = await startTestServer(limited);
    const token = await server.tokenFor('alice');
    const ask = async (authorization: string) =>
      (await fetch(`${server.url}/trpc/auth.me`, { headers: { authorization } })).status;
    await leaveInBudget(server, { budget: 'strangers', left: 1, who: '127.0.0.1' });

    expect(await ask('Bearer a.b.c')).toBe(401);
    expect(await ask('Bearer a.b.c')).toBe(429);
    expect(await ask(`Bearer ${token}`)).toBe(200);
  });
});

describe('an answer', () => {
  it('is cut by size on REST, and says where it goes on', async () => {
    await using server = await startTestServer();
    const { alice, chat } = await openChat(server);
    await server.app.db
      .collection('messages')
      .insertMany(
        Array.from({ length: 300 }, (_, n) =>
          toDoc({ chat: chat.id, sender: alice.me.id, seq: n + 1, text: `${n + 1} ${longText}` }),
        ),
      );
    const headers = { authorization: `Bearer ${alice.token}` };

    const first = await fetch(`${server.url}/api/messages/chat/${chat.id}?limit=300`, { headers });
    const page = (await first.json()) as Message[];
    const next = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '')?.[1];
    const second = await fetch(`${server.url}${next}`, { headers });

    expect(page.length).toBeLessThan(200);
    expect(page.at(-1)?.text).toMatch(/^300 /);
    const older = ((await second.json()) as Message[]).at(-1);
    expect(older?.text).toMatch(new RegExp(`^${300 - page.length} `));
  });

  it('to a batch holds so much and no more; the other calls may be made again', async () => {
    await using server = await startTestServer();
    const { alice, chat } = await openChat(server);
    await server.app.db
      .collection('messages')
      .insertMany(
        Array.from({ length: 40 }, (_, n) =>
          toDoc({ chat: chat.id, sender: alice.me.id, seq: n + 1, text: longText }),
        ),
      );

    const answers = await Promise.allSettled(
      Array.from({ length: 40 }, () => alice.api.message.list.query({ chatId: chat.id })),
    );

    const refused = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason] : []));
    expect(refused.length).toBeGreaterThan(20);
    expect(refused.length).toBeLessThan(36);
    expect(refused[0]).toMatchObject({ data: { code: 'TOO_MANY_REQUESTS', isRetryable: true } });
  });
});

type Stored = {
  readonly chat: string;
  readonly sender: string;
  readonly seq: number;
  readonly text?: string;
};

/** A message as it is stored. */
function toDoc({ chat, sender, seq, text = 'short' }: Stored) {
  const at = new Date();
  const id = (value: string) => Types.ObjectId.createFromHexString(value);
  return {
    chat: id(chat),
    sender: id(sender),
    text,
    seq,
    rev: seq,
    changedAt: at,
    clientId: randomUUID(),
    createdAt: at,
    updatedAt: at,
  };
}
