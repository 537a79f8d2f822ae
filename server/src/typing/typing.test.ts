import { limits } from '@whisper/shared';
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { collect, ManualClock, openChat, startTestServer, type TestClient } from '../testing/index.ts';

const watch = (person: TestClient, input: { chatId?: string } = {}) =>
  collect<{ userId: string; isTyping: boolean }>((on) => person.api.typing.onChange.subscribe(input, on));

const flags = (items: readonly { isTyping: boolean }[]) => items.map((item) => item.isTyping);

/** Resolves when the server has taken up everything the person asked for on their socket before. */
const roundTrip = (person: TestClient) => person.socketApi.auth.me.query();

describe('typing', () => {
  it('reaches the other person and never oneself', async () => {
    await using server = await startTestServer();
    const { alice, bob, chat } = await openChat(server);
    const [seenByBob, seenByAlice] = [watch(bob), watch(alice, { chatId: chat.id })];
    await Promise.all([roundTrip(alice), roundTrip(bob)]);

    await alice.socketApi.typing.set.mutate({ chatId: chat.id, isTyping: true });
    await alice.socketApi.typing.set.mutate({ chatId: chat.id, isTyping: false });

    expect(flags(await seenByBob.until((items) => items.length === 2))).toEqual([true, false]);
    expect(seenByBob.items[0]).toMatchObject({ chatId: chat.id, userId: alice.me.id });
    expect(seenByAlice.items).toEqual([]);
  });

  it('ends by itself 6 s after the last renewal', async () => {
    const clock = new ManualClock();
    await using server = await startTestServer({ clock });
    const { alice, bob, chat } = await openChat(server);
    const seen = watch(bob);
    await roundTrip(bob);
    const type = () => alice.socketApi.typing.set.mutate({ chatId: chat.id, isTyping: true });

    await type();
    clock.advance(limits.typingTtlMs - 1);
    await type();
    clock.advance(limits.typingTtlMs - 1);
    expect(flags(await seen.until((items) => items.length === 2))).toEqual([true, true]);
    clock.advance(1);

    expect(flags(await seen.until((items) => items.length === 3))).toEqual([true, true, false]);
  });

  it('ends with the message that was typed', async () => {
    await using server = await startTestServer();
    const { alice, bob, chat } = await openChat(server);
    const seen = watch(bob);
    await roundTrip(bob);

    await alice.socketApi.typing.set.mutate({ chatId: chat.id, isTyping: true });
    await alice.api.message.send.mutate({ chatId: chat.id, text: 'done', clientId: randomUUID() });

    expect(flags(await seen.until((items) => items.length === 2))).toEqual([true, false]);
  });

  it('ends when the socket it came on goes, unless the person types on another device', async () => {
    await using server = await startTestServer({ isAlone: true });
    const { alice, bob, chat } = await openChat(server);
    const phone = await server.signIn('alice');
    const seen = watch(bob);
    await roundTrip(bob);
    await alice.socketApi.typing.set.mutate({ chatId: chat.id, isTyping: true });
    await phone.socketApi.typing.set.mutate({ chatId: chat.id, isTyping: true });

    await phone.close();
    await expect.poll(() => server.app.connections.size).toBe(2);
    expect(server.app.typing.visibleTo(bob.me.id)).toHaveLength(1);
    await alice.close();

    expect(flags(await seen.until((items) => items.at(-1)?.isTyping === false))).toEqual([true, false]);
  });

  it('is told to a new subscriber who comes in the middle', async () => {
    await using server = await startTestServer();
    const { alice, bob, chat } = await openChat(server);
    await alice.socketApi.typing.set.mutate({ chatId: chat.id, isTyping: true });

    const seen = watch(bob);

    expect(flags(await seen.until((items) => items.length === 1))).toEqual([true]);
  });
});
