import { ManualClock, startTestServer, type TestServer } from '@whisper/server/testing';
import type { MessageCreated } from '@whisper/shared';
import { describe, expect, it, vi } from 'vitest';
import { storeCopies } from '../../test/store-copies.ts';
import { meOf, openConversation, openDevice, openUnsynced, sees, textsOf } from '../../test/people.ts';

describe('a chat store', () => {
  it('shows a message on every device of both people, in the order of sending', async () => {
    await using server = await startTestServer();
    const { alice, bob, chatId } = await openConversation(server);
    const tablet = await openDevice(server.url, 'alice');
    await tablet.store.openChat(chatId);

    for (const text of ['one', 'two', 'three']) alice.store.send(chatId, text);

    await Promise.all([alice, bob, tablet].map((device) => sees(device, chatId, ['one', 'two', 'three'])));
  });

  it('shows what one sends at once, before the server has it', async () => {
    await using server = await startTestServer();
    const { alice, chatId } = await openConversation(server);

    alice.store.send(chatId, ' hello ');

    expect(textsOf(alice, chatId)).toEqual(['pending: hello']);
    await sees(alice, chatId, ['hello']);
  });

  it('keeps the list current: newest chat first, with its last message and what is unread', async () => {
    await using server = await startTestServer();
    const { alice, bob, chatId } = await openConversation(server);
    const carol = await openDevice(server.url, 'carol');
    const other = await carol.store.openDirect(meOf(bob).id);

    alice.store.send(chatId, 'from alice');
    await bob.store.when(({ chats }) => chats[0]?.id === chatId && chats[0].unread === 1);
    for (const text of ['one', 'two']) carol.store.send(other.id, text);

    const { chats } = await bob.store.when((snapshot) => snapshot.chats[0]?.lastMessage?.text === 'two');
    expect(chats.map(({ id, unread }) => [id, unread])).toEqual([
      [other.id, 2],
      [chatId, 1],
    ]);
  });

  it('marks a chat as read here at once and on the server', async () => {
    await using server = await startTestServer();
    const { alice, bob, chatId } = await openConversation(server);
    alice.store.send(chatId, 'hello');
    await bob.store.when(({ chats }) => chats[0]?.unread === 1);
    await sees(bob, chatId, ['hello']);

    bob.store.markRead(chatId);

    expect(bob.store.getSnapshot().chats[0]?.unread).toBe(0);
    await expect.poll(async () => (await bob.api.chat.get.query({ chatId })).unread).toBe(0);
  });

  it('fetches what a live event skipped', async () => {
    await using server = await startTestServer();
    const { alice, bob, chatId } = await openConversation(server);
    loseEvents(server, ({ rev }) => rev === 2 || rev === 3);

    for (const text of ['one', 'two', 'three', 'four']) alice.store.send(chatId, text);

    await sees(bob, chatId, ['one', 'two', 'three', 'four']);
    await bob.store.when(({ chats }) => chats[0]?.unread === 4);
  });

  it('shows an event that comes twice once', async () => {
    await using server = await startTestServer();
    const { alice, bob, chatId } = await openConversation(server);
    const { broker } = server.app;
    const publish = broker.publish.bind(broker);
    vi.spyOn(broker, 'publish').mockImplementation((topic, item) => {
      publish(topic, item);
      publish(topic, item);
    });

    for (const text of ['one', 'two']) alice.store.send(chatId, text);

    await sees(bob, chatId, ['one', 'two']);
    await bob.store.when(({ chats }) => chats[0]?.unread === 2);
  });

  it('loads older pages in front, down to the first message', async () => {
    await using server = await startTestServer();
    const { alice, bob, chatId } = await openConversation(server);
    const texts = ['first of many', ...Array.from({ length: 119 }, (_, index) => `${index + 2}`)];
    alice.store.send(chatId, 'first of many');
    await sees(bob, chatId, ['first of many']);
    await storeCopies(server, 'first of many', 119);
    const late = await openDevice(server.url, 'bob');
    await late.store.openChat(chatId);
    expect(textsOf(late, chatId)).toEqual(texts.slice(20));

    await Promise.all([late.store.loadOlder(chatId), late.store.loadOlder(chatId)]);

    expect(textsOf(late, chatId)).toEqual(texts);
    expect(late.store.getSnapshot().open.get(chatId)).toMatchObject({ log: { hasOlder: false } });
  });

  it('fetches again, and is in step, after more was missed than a replay carries', async () => {
    const clock = new ManualClock();
    await using server = await startTestServer({ clock });
    const { alice, bob, chatId } = await openConversation(server);
    bob.close();
    clock.advance(8 * 24 * 60 * 60_000);
    await alice.store.when(({ isSynced }) => !isSynced);

    await alice.store.when(({ isSynced }) => isSynced);

    const late = await openDevice(server.url, 'bob');
    late.store.send(chatId, 'welcome back');
    await sees(alice, chatId, ['welcome back']);
  });

  it('learns of a chat that somebody else began', async () => {
    await using server = await startTestServer();
    const bob = await openDevice(server.url, 'bob');
    const alice = await openDevice(server.url, 'alice');
    const chat = await alice.store.openDirect(meOf(bob).id);

    alice.store.send(chat.id, 'hello, stranger');

    const { chats } = await bob.store.when((snapshot) => snapshot.chats.length === 1);
    expect(chats[0]).toMatchObject({ unread: 1, participant: { name: 'alice' } });
  });

  it('shows who types until they send, and who is online', async () => {
    await using server = await startTestServer();
    const { alice, bob, chatId } = await openConversation(server);
    await bob.store.when(({ online }) => online.has(meOf(alice).id));

    alice.store.setTyping(chatId, true);
    await bob.store.when(({ typing }) => typing.get(chatId)?.includes(meOf(alice).id) === true);
    alice.store.send(chatId, 'done');

    await bob.store.when(({ typing }) => typing.size === 0);
    await sees(bob, chatId, ['done']);
  });

  it('forgets a typer of whom nothing is heard for eight seconds', async () => {
    await using server = await startTestServer();
    const clock = new ManualClock();
    const { alice, bob, chatId } = await openConversation(server, { clock });
    bob.store.setTyping(chatId, true);
    await alice.store.when(({ typing }) => typing.size === 1);

    clock.advance(8_000);

    expect(alice.store.getSnapshot().typing.size).toBe(0);
  });

  it('opens a chat that is not among those loaded', async () => {
    await using server = await startTestServer();
    const { chatId } = await openConversation(server);
    const late = openUnsynced(server.url, 'bob');

    await late.store.openChat(chatId);

    expect(late.store.getSnapshot().chats.map(({ id }) => id)).toEqual([chatId]);
  });

  it('rejects the opening of a chat that is not one’s own and says so in its view', async () => {
    await using server = await startTestServer();
    const { chatId } = await openConversation(server);
    const carol = await openDevice(server.url, 'carol');

    await expect(carol.store.openChat(chatId)).rejects.toThrow();

    expect(carol.store.getSnapshot().open.get(chatId)).toMatchObject({
      status: 'failed',
      failure: { code: 'NOT_FOUND' },
    });
  });

  it('gives the same snapshot until something changes', async () => {
    await using server = await startTestServer();
    const { alice, chatId } = await openConversation(server);
    const before = alice.store.getSnapshot();
    expect(alice.store.getSnapshot()).toBe(before);

    alice.store.send(chatId, 'hello');

    expect(alice.store.getSnapshot()).not.toBe(before);
    expect(alice.store.getSnapshot().online).toBe(before.online);
  });
});

/** The server's live events that match never leave it; what it stores stays stored. */
function loseEvents(server: TestServer, isLost: (event: MessageCreated) => boolean): void {
  const { broker } = server.app;
  const publish = broker.publish.bind(broker);
  vi.spyOn(broker, 'publish').mockImplementation((topic, published) => {
    if (!carriesCreated(published) || !isLost(published.data)) publish(topic, published);
  });
}

function carriesCreated(published: unknown): published is { readonly data: MessageCreated } {
  const isItem = typeof published === 'object' && published !== null && 'data' in published;
  if (!isItem || typeof published.data !== 'object' || published.data === null) return false;
  return 'type' in published.data && published.data.type === 'created';
}
