import { ChatIdSchema, UserIdSchema, type MessageEvent } from '@whisper/shared';
import { LegacyMessageListSchema } from '@whisper/shared/legacy';
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Conversation } from '../testing/legacy/conversation.ts';
import { collect, leaveInBudget } from '../testing/index.ts';

/** Alice has an old app, bob a new one; they meet in one chat. */
async function start(options?: Parameters<typeof Conversation.start>[0]) {
  const talk = await Conversation.start(options);
  const [alice, bob] = await Promise.all([talk.alice.connect(), talk.server.signIn('bob')]);
  const chatId = ChatIdSchema.parse(talk.chatId);
  const sayAsBob = (text: string) => bob.api.message.send.mutate({ chatId, text, clientId: randomUUID() });
  return { talk, alice, bob, chatId, sayAsBob };
}

describe('one conversation over all wires', () => {
  it('has the same messages under the same ids on tRPC, Socket.IO and REST', async () => {
    const { talk, alice, bob, chatId, sayAsBob } = await start();
    await using _ = talk;
    const events = collect<{ data: MessageEvent }>((on) => bob.api.message.onEvent.subscribe({}, on));
    await events.until(({ length }) => length >= 1);

    const fromOld = await alice.client.emitWithAck('send-message', { chatId, text: 'from an old app' });
    const fromNew = await sayAsBob('from a new app');
    const [synced, first] = await events.until(({ length }) => length >= 2);
    expect(synced?.data).toEqual({ type: 'synced' });
    expect(first?.data).toMatchObject({ message: { id: fromOld._id, text: 'from an old app' } });
    expect(await alice.next('new-message', 2)).toMatchObject({ _id: fromNew.id, text: 'from a new app' });

    const history = LegacyMessageListSchema.parse(await talk.alice.call(`GET /api/messages/chat/${chatId}`));
    expect(history.map(({ _id }) => _id)).toEqual([fromOld._id, fromNew.id]);
    const { messages } = await bob.api.message.list.query({ chatId });
    expect(messages.map(({ id }) => id)).toEqual([fromOld._id, fromNew.id]);
    events.stop();
  });

  it('shows typing across wires, and ends it with the message', async () => {
    const { talk, alice, bob, chatId, sayAsBob } = await start({ isAlone: true });
    await using _ = talk;
    const typing = collect((on) => bob.api.typing.onChange.subscribe({}, on));
    alice.client.emit('typing', { chatId, isTyping: true });
    const [shown] = await typing.until(({ length }) => length >= 1);
    expect(shown).toEqual({ chatId, userId: talk.alice.me._id, isTyping: true });

    await bob.api.typing.set.mutate({ chatId, isTyping: true });
    await sayAsBob('done');
    await alice.next('typing', 2);
    expect(alice.all('typing').map(({ isTyping }) => isTyping)).toEqual([true, false]);
    typing.stop();
  });

  it('shows presence across wires', async () => {
    const { talk, alice, bob } = await start();
    await using _ = talk;
    const asked = { userIds: [UserIdSchema.parse(talk.carol.me._id)] };
    const presence = collect((on) => bob.api.presence.onChange.subscribe(asked, on));
    const [list] = await presence.until(({ length }) => length >= 1);
    expect(list).toMatchObject({ type: 'list' });
    expect(await alice.next('user-online')).toEqual({ userId: bob.me.id });

    await talk.carol.connect();
    const event = { type: 'online', userId: UserIdSchema.parse(talk.carol.me._id) };
    await presence.until((items) => items.length >= 2);
    expect(presence.items[1]).toEqual(event);
    presence.stop();
  });

  it('spends one budget per person, whichever wire is used', async () => {
    const { talk, alice, chatId } = await start({ env: { RATE_LIMITS: 'on' } });
    await using _ = talk;
    const newApp = await talk.server.signIn('alice');
    await leaveInBudget(talk.server, { budget: 'message.send', left: 10, who: talk.alice.me._id });
    const overOld = Array.from({ length: 8 }, () =>
      alice.client.emitWithAck('send-message', { chatId, text: 'old' }),
    );
    const overNew = Array.from({ length: 8 }, () =>
      newApp.socketApi.message.send
        .mutate({ chatId, text: 'new', clientId: randomUUID() })
        .catch((error: unknown) => ({ error })),
    );
    const answers: object[] = await Promise.all([...overOld, ...overNew]);
    expect(answers.filter((answer) => !('error' in answer))).toHaveLength(10);
  });
});
