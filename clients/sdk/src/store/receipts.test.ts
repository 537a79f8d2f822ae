import { startTestServer, type TestServer } from '@whisper/server/testing';
import { FlakyLink } from '@whisper/server/testing/flaky-link';
import type { ChatId, GroupChat } from '@whisper/shared';
import { describe, expect, it } from 'vitest';
import { meOf, openConversation, openDevice } from '../../test/people.ts';
import type { WhisperClient } from '../create-whisper-client.ts';
import { messagesOf, receiptOf } from './chat-snapshot.ts';

describe('a message of mine', () => {
  it('is sent, then delivered, then read, as the other person comes along', async () => {
    await using server = await startTestServer();
    const { alice, bob, chatId } = await openConversation(server);
    bob.close();
    alice.store.send(chatId, 'hello');
    await alice.store.when(() => receiptOn(alice, chatId) === 'sent');

    const later = await openDevice(server.url, 'bob');
    await alice.store.when(() => receiptOn(alice, chatId) === 'delivered');
    await later.store.openChat(chatId);
    later.store.markRead(chatId);

    await alice.store.when(() => receiptOn(alice, chatId) === 'read');
  });

  it('is delivered when it arrives on an open device, and read by an answer', async () => {
    await using server = await startTestServer();
    const { alice, bob, chatId } = await openConversation(server);

    for (const text of ['one', 'two', 'three']) alice.store.send(chatId, text);
    await alice.store.when(() => receiptOn(alice, chatId) === 'delivered');
    bob.store.send(chatId, 'an answer');
    await alice.store.when(({ chats }) => chats[0]?.lastSeq === 4);

    await expect
      .poll(() => alice.store.getSnapshot().chats[0])
      .toMatchObject({ theirReadSeq: 4, theirDeliveredSeq: 4 });
  });
});

describe('a message of mine in a group', () => {
  it('is delivered when it reached everybody else, and read when the last of them has read it', async () => {
    await using server = await startTestServer();
    const [alice, bob, carol] = await Promise.all(
      ['alice', 'bob', 'carol'].map((name) => openDevice(server.url, name)),
    );
    if (!alice || !bob || !carol) throw new Error('They are three');
    const memberIds = [bob, carol].map((client) => meOf(client).id);
    const { id: chatId } = await alice.store.groups.create({ name: 'Garden', memberIds });
    carol.close();
    alice.store.send(chatId, 'hello');
    await bob.store.when(({ chats }) => chats[0]?.unread === 1);
    await bob.store.openChat(chatId);
    bob.store.markRead(chatId);
    await alice.store.when(({ chats: [chat] }) => chat?.kind === 'group' && hasRead(chat, bob));
    expect(receiptOfHello(alice)).toBe('sent');

    const later = await openDevice(server.url, 'carol');
    await alice.store.when(() => receiptOfHello(alice) === 'delivered');
    later.store.send(chatId, 'an answer');

    await alice.store.when(() => receiptOfHello(alice) === 'read');
  });

  it('waits for nobody who left, and is read by whoever came later', async () => {
    await using server = await startTestServer();
    const [alice, bob, carol] = await Promise.all(
      ['alice', 'bob', 'carol'].map((name) => openDevice(server.url, name)),
    );
    if (!alice || !bob || !carol) throw new Error('They are three');
    const { id: chatId } = await alice.store.groups.create({ name: 'Garden', memberIds: [meOf(bob).id] });
    bob.close();
    alice.store.send(chatId, 'hello');
    await alice.store.when(() => receiptOfHello(alice) === 'sent');
    await alice.api.chat.addMembers.mutate({ chatId, userIds: [meOf(carol).id] });
    await alice.store.when(({ chats: [chat] }) => chat?.kind === 'group' && hasRead(chat, carol));
    expect(receiptOfHello(alice)).toBe('sent');

    await alice.api.chat.removeMember.mutate({ chatId, userId: meOf(bob).id });

    await alice.store.when(() => receiptOfHello(alice) === 'read');
  });
});

/** Before it the group was made and people were added. */
function receiptOfHello({ store }: WhisperClient): string | undefined {
  const [chat] = store.getSnapshot().chats;
  return chat && chat.lastSeq >= 3 ? receiptOf(chat, { seq: 3 }) : undefined;
}

function hasRead({ marks = [], lastSeq }: GroupChat, reader: WhisperClient): boolean {
  return marks.some(({ userId, readSeq }) => userId === meOf(reader).id && readSeq >= lastSeq);
}

describe('a badge', () => {
  it('goes at once when another device reads the chat, and after a lost connection', async () => {
    await using server = await startTestServer();
    await using link = await FlakyLink.open(server.url);
    const { alice, phone, laptop, tablet, chatId } = await openScene(server, link);
    alice.store.send(chatId, 'hello');
    await Promise.all([phone, laptop, tablet].map((each) => each.store.when(() => unreadOn(each) === 1)));
    link.isDown = true;
    link.drop();
    await tablet.store.when(({ connection }) => connection.status === 'offline');

    phone.store.markRead(chatId);
    await laptop.store.when(() => unreadOn(laptop) === 0);
    expect(unreadOn(tablet)).toBe(1);
    link.isDown = false;

    await tablet.store.when(() => unreadOn(tablet) === 0);
  });

  it('counts one less for a message that was deleted before it was read', async () => {
    await using server = await startTestServer();
    const { alice, bob, chatId } = await openConversation(server);
    for (const text of ['one', 'two', 'three']) alice.store.send(chatId, text);
    await bob.store.when(() => unreadOn(bob) === 3);
    await alice.store.when(({ outbox }) => outbox.length === 0);
    const [first, second] = messagesOf(alice.store.getSnapshot().open.get(chatId));
    if (!first || !second) throw new Error('They have arrived');

    alice.store.remove(first);
    alice.store.remove(second);

    await bob.store.when(() => unreadOn(bob) === 1);
    const stored = await bob.api.chat.get.query({ chatId });
    await expect.poll(() => bob.store.getSnapshot().chats[0]).toEqual(stored);
  });
});

it('keeps a chat read that the person has just read here, whatever a query says that crossed it', async () => {
  await using server = await startTestServer();
  const { alice, bob, chatId } = await openConversation(server);
  alice.store.send(chatId, 'hello');
  await bob.store.when(() => unreadOn(bob) === 1);
  const seen = new Set<number | undefined>();

  bob.store.subscribe(() => seen.add(unreadOn(bob)));
  bob.store.markRead(chatId);
  await bob.store.openDirect(meOf(alice).id);
  await expect.poll(async () => (await bob.api.chat.get.query({ chatId })).unread).toBe(0);

  expect([...seen]).toEqual([0]);
});

/** Bob with three devices, one of them behind the link. */
async function openScene(server: TestServer, link: FlakyLink) {
  const { alice, bob: phone, chatId } = await openConversation(server);
  const [laptop, tablet] = await Promise.all([openDevice(server.url, 'bob'), openDevice(link.url, 'bob')]);
  return { alice, phone, laptop, tablet, chatId };
}

function unreadOn({ store }: WhisperClient): number | undefined {
  return store.getSnapshot().chats[0]?.unread;
}

function receiptOn({ store }: WhisperClient, chatId: ChatId): string | undefined {
  const { chats, open } = store.getSnapshot();
  const [chat, message] = [chats[0], messagesOf(open.get(chatId)).at(-1)];
  return chat && message && receiptOf(chat, message);
}
