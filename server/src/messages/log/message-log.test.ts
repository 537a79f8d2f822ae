import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { openChat, startTestServer, type TestClient } from '../../testing/index.ts';

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
