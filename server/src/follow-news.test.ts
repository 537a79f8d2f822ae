import { closeCodes, type ChatEvent } from '@whisper/shared';
import { randomUUID } from 'node:crypto';
import { describe, expect, inject, it, vi } from 'vitest';
import { MemoryBroker } from './delivery/broker.memory.ts';
import { followNews } from './follow-news.ts';
import { collect, openChat, startTestServer, type TestServer } from './testing/index.ts';
import { hasRedis } from './testing/with-redis.ts';
import { deleteUser } from './users/delete-user.ts';
import { setHidden } from './users/set-hidden.ts';
import { updateUser } from './users/update-user.ts';

async function startNodes(): Promise<AsyncDisposable & { one: TestServer; other: TestServer }> {
  const env = { REDIS_URL: inject('redisUrl') };
  const one = await startTestServer({ env, isAlone: true });
  const other = await startTestServer({ env, isAlone: true, sameDatabaseAs: one });
  return {
    one,
    other,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([one, other].map((server) => server[Symbol.asyncDispose]()));
    },
  };
}

describe('news that was lost on its way', () => {
  it('hides whoever hid meanwhile, and shows whoever does not any more', async () => {
    await using server = await startTestServer({ isAlone: true });
    const { app } = server;
    const [alice, bob] = [await server.signIn('alice'), await server.signIn('bob')];
    for (const { socketApi } of [alice, bob]) await socketApi.auth.me.query();
    const people = [alice.me.id, bob.me.id];
    await bob.socketApi.presence.hide.mutate({ hidden: true });
    await expect.poll(() => app.presence.findOnline(people)).toEqual([alice.me.id]);
    let tellMissed = () => undefined as void;
    const broker = Object.assign(new MemoryBroker(), {
      subscribe: (_topic: unknown, _listener: unknown, onMissed = () => undefined as void) => {
        tellMissed = onMissed;
        return Promise.resolve(() => undefined);
      },
    });
    await followNews({ ...app, broker });

    const lost = { ...app, tell: () => undefined };
    await setHidden(lost, alice.me.clerkId, true);
    await setHidden(lost, bob.me.clerkId, false);
    expect(await app.presence.findOnline(people)).toEqual([alice.me.id]);
    tellMissed();

    await expect.poll(() => app.presence.findOnline(people)).toEqual([bob.me.id]);
  });
});

describe.runIf(hasRedis)('what one process hears of a person', () => {
  it('closes their sockets on the others, and lets the token in nowhere', async () => {
    await using nodes = await startNodes();
    const { one, other } = nodes;
    const alice = await other.signIn('alice');
    await alice.socketApi.auth.me.query();
    expect(other.connections).toBe(1);
    const { sessionId } = await other.app.authenticate(alice.token);

    await one.app.revocations.endSession(sessionId ?? '', { clerkId: null, at: Date.now() });
    one.app.tell({ type: 'closeSession', sessionId: sessionId ?? '', reason: 'sessionRevoked' });

    await expect.poll(() => other.connections).toBe(0);
    await expect(other.app.authenticate(alice.token)).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    await expect(one.app.authenticate(alice.token)).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    expect(closeCodes.sessionRevoked.shouldReconnect).toBe(false);
  });

  it('is read again when a process died that may not have said what it did', async () => {
    await using nodes = await startNodes();
    const { one, other } = nodes;
    const { alice, bob, chat } = await openChat(one, 'alice', 'bob');
    await alice.api.message.send.mutate({ chatId: chat.id, text: 'hello', clientId: randomUUID() });
    const alices = await other.signIn('alice');
    const changes = collect<{ data: ChatEvent }>((on) => alices.api.chat.onChange.subscribe({}, on));
    await changes.until((items) => items.length === 1);
    // What is left of it: that bob has read, and that it said nothing for long.
    const { broker, redis } = one.app;
    vi.spyOn(broker, 'publishAll').mockImplementation(() => undefined);
    await bob.api.chat.markRead.mutate({ chatId: chat.id, seq: 1 });
    const longAgo = "redis.call('zadd', KEYS[1], 1, 'dead')";
    await redis?.eval(longAgo, [redis.name('{presence}:nodes')], []);

    const items = await changes.until((seen) => seen.some(({ data }) => data.type === 'marks'));

    expect(items.map(({ data }) => data)).toContainEqual({
      ...{ type: 'marks', chatId: chat.id, userId: bob.me.id },
      ...{ readSeq: 1, deliveredSeq: 1 },
    });
  });

  it('is seen on the others at once: another name, and the end of an account', async () => {
    await using nodes = await startNodes();
    const { one, other } = nodes;
    const alice = await other.signIn('alice');
    const { clerkId } = alice.me;
    const person = {
      clerkId,
      name: 'Alicia',
      email: '',
      avatar: null,
      updatedAt: new Date(Date.now() + 1_000),
    };
    const nameOf = async () => (await other.app.authenticate(alice.token)).viewer.user.name;

    await updateUser(one.app, person);
    await expect.poll(nameOf).toBe('Alicia');
    await deleteUser(one.app, clerkId);

    await expect
      .poll(() => nameOf().catch((error: unknown) => error))
      .toMatchObject({ code: 'UNAUTHORIZED' });
  });
});
