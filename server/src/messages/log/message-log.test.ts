import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ClientIdSchema, type MessageEvent } from '@whisper/shared';
import { requireParticipant } from '../../chats/require-participant.ts';
import { collect, openChat, startTestServer, type TestClient } from '../../testing/index.ts';
import { edited } from './changes.ts';

const sendersPerPerson = 25;
const messagesPerSender = Number(process.env.MESSAGES_PER_SENDER ?? 8);
const total = 2 * sendersPerPerson * messagesPerSender;

describe('the message log', () => {
  it('numbers the messages of 50 senders without a gap, and a reader who follows misses none', async () => {
    await using server = await startTestServer();
    const { alice, bob, chat } = await openChat(server, 'alice', 'bob');
    const sendMany = async (person: TestClient) => {
      for (let sent = 0; sent < messagesPerSender; sent += 1) {
        await person.socketApi.message.send.mutate({ chatId: chat.id, text: 'x', clientId: randomUUID() });
      }
    };
    const readAll = async () => {
      const revs: number[] = [];
      while (revs.length < total) {
        const changes = await bob.api.message.changes.query({ chatId: chat.id, afterRev: revs.at(-1) ?? 0 });
        revs.push(...changes.messages.map((message) => message.rev));
      }
      return revs;
    };

    const senders = Array.from({ length: sendersPerPerson }, () => [sendMany(alice), sendMany(bob)]).flat();
    const [revs] = await Promise.all([readAll(), ...senders]);

    expect(revs).toEqual(Array.from({ length: total }, (_, index) => index + 1));
    expect((await alice.api.chat.get.query({ chatId: chat.id })).lastMessage?.rev).toBe(total);
  });

  it('tells with a message what it answers as that is now, also when it was changed on the way there', async () => {
    await using server = await startTestServer();
    const { alice, bob, chat } = await openChat(server, 'alice', 'bob');
    const { id: chatId } = chat;
    const send = (text: string, replyTo?: string) =>
      alice.socketApi.message.send.mutate({ chatId, text, clientId: randomUUID(), replyTo });
    const original = await send('original');
    const events = collect<{ data: MessageEvent }>((on) => bob.api.message.onEvent.subscribe({ chatId }, on));
    await events.until(({ length }) => length > 0);

    // What waits together in a chat is written in the order in which it came there.
    const membership = await requireParticipant(server.app, chatId, alice.me.id);
    const change = edited({ text: 'changed', mentions: [] });
    const changing = server.app.messageLog.change(membership, {
      ...{ messageId: original.id, by: alice.me.id, change },
    });
    const answer = server.app.messageLog.append(membership, {
      ...{ chatId, text: 'answer', clientId: ClientIdSchema.parse(randomUUID()), replyTo: original.id },
      ...{ sender: alice.me, forwardedFrom: null, mentions: [], attachments: [], system: null },
    });
    await changing;

    expect((await answer).replyTo).toMatchObject({ excerpt: 'changed' });
    const isAnswer = ({ data }: { data: MessageEvent }) =>
      data.type === 'created' && data.message.text === 'answer';
    const items = await events.until((all) => all.some(isAnswer));
    events.stop();
    expect(items.find(isAnswer)?.data).toMatchObject({ message: { replyTo: { excerpt: 'changed' } } });
  });

  it('keeps one order when two nodes write to the same chat', async () => {
    await using first = await startTestServer();
    await using second = await startTestServer({ sameDatabaseAs: first });
    const { alice, chat } = await openChat(first, 'alice', 'bob');
    const bob = await second.signIn('bob');
    const sendMany = (person: TestClient) =>
      Promise.all(
        Array.from({ length: 100 }, () =>
          person.api.message.send.mutate({ chatId: chat.id, text: 'x', clientId: randomUUID() }),
        ),
      );

    const sent = (await Promise.all([sendMany(alice), sendMany(bob)])).flat();

    const revs = sent.map((message) => message.rev).sort((a, b) => a - b);
    expect(revs).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
  });

  it('repairs a chat whose last message was not recorded before the process died', async () => {
    // Of processes that share a Redis the first to start in a minute repairs for all, and the others find out who died.
    await using first = await startTestServer({ isAlone: true });
    const { alice, chat } = await openChat(first, 'alice', 'bob');
    const sent = await alice.api.message.send.mutate({ chatId: chat.id, text: 'x', clientId: randomUUID() });
    await first.app.lastMessages.settled();
    await first.app.db
      .collection('chats')
      .updateMany({}, { $set: { lastSeq: 0 }, $unset: { lastMessage: 1 } });

    await using second = await startTestServer({ sameDatabaseAs: first, isAlone: true });
    const again = await second.signIn('alice');

    expect((await again.api.chat.get.query({ chatId: chat.id })).lastMessage).toEqual(sent);
  });
});
