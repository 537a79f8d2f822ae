import { randomUUID } from 'node:crypto';
import { startTestServer, type TestServer } from '@whisper/server/testing';
import { FlakyLink } from '@whisper/server/testing/flaky-link';
import type { Chat, ChatId } from '@whisper/shared';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { equalsFetch, leave, meOf, openDevice, openUnsynced, patience, textsOf } from '../../test/people.ts';
import type { WhisperClient } from '../create-whisper-client.ts';
import { memoryStorage } from '../storage/memory-storage.ts';
import { messagesOf } from './chat-snapshot.ts';

/** Machines may be busy. */
let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

describe('a group', () => {
  it('is there for all its people, with its name, who they are, and what of it is unread to each', async () => {
    const { alice, bob, carol, chatId } = await openScene();
    alice.store.send(chatId, 'hello, @bob', { mentions: [meOf(bob).id] });
    await bob.store.when(() => chatOn(bob, chatId)?.unread === 1);
    await carol.store.when(() => chatOn(carol, chatId)?.unread === 1);

    expect(chatOn(bob, chatId)).toMatchObject({
      kind: 'group',
      name: 'Friends',
      memberCount: 3,
      unreadMentions: 1,
    });
    expect(chatOn(carol, chatId)).toMatchObject({ unreadMentions: 0, myRole: 'member' });
    bob.store.markRead(chatId);
    await alice.api.chat.update.mutate({ chatId, name: 'Best friends' });
    await alice.api.chat.setRole.mutate({ chatId, userId: meOf(carol).id, role: 'admin' });

    await bob.store.when(() => nameOn(bob, chatId) === 'Best friends');
    await carol.store.when(() => roleOn(carol, chatId) === 'admin');
    await bob.store.openChat(chatId);
    const systems = () =>
      messagesOf(bob.store.getSnapshot().open.get(chatId)).map(({ system }) => system?.type);
    await bob.store.when(() => systems().length === 5);
    expect(systems()).toEqual(['created', 'memberAdded', undefined, 'renamed', 'roleChanged']);
    await allEqualFetch([alice, bob, carol], chatId);
  });

  it('counts a mention that an edit adds or takes away', async () => {
    const { alice, bob, carol, chatId } = await openScene();
    alice.store.send(chatId, 'one');
    alice.store.send(chatId, 'two', { mentions: [meOf(bob).id] });
    await bob.store.when(() => chatOn(bob, chatId)?.unreadMentions === 1);
    const [one, two] = messagesOf(alice.store.getSnapshot().open.get(chatId)).filter(
      ({ kind }) => kind === 'text',
    );
    if (!one || !two) throw new Error('They were sent');

    await alice.api.message.edit.mutate({ messageId: two.id, text: 'two', mentions: [] });
    await bob.store.when(() => chatOn(bob, chatId)?.unreadMentions === 0);
    await alice.api.message.edit.mutate({ messageId: one.id, text: 'one', mentions: [meOf(bob).id] });
    await bob.store.when(() => chatOn(bob, chatId)?.unreadMentions === 1);

    await allEqualFetch([alice, bob, carol], chatId);
  });

  it('goes at once from whoever is removed, its messages and what is kept of it too', async () => {
    const { alice, bob, chatId, cache } = await openScene();
    alice.store.send(chatId, 'secret');
    await bob.store.openChat(chatId);
    await seesWritten(bob, chatId, ['secret']);

    await alice.api.chat.removeMember.mutate({ chatId, userId: meOf(bob).id });
    alice.store.send(chatId, 'among us');
    await bob.store.when(({ chats }) => chats.length === 0);

    await expect
      .poll(() => bob.store.getSnapshot().open.get(chatId))
      .toMatchObject({ failure: { code: 'NOT_FOUND' } });
    await leave(bob);
    expect(await textsIn(cache.storage)).not.toMatch(/secret|among us/);
  });

  it('is not shown again to whoever was removed while away, and from their return on when they are back', async () => {
    await using link = await FlakyLink.open(server.url);
    const { alice, bob, chatId, cache, names } = await openScene(link.url);
    alice.store.send(chatId, 'secret');
    await bob.store.openChat(chatId);
    await seesWritten(bob, chatId, ['secret']);
    await leave(bob);
    link.cut();
    await alice.api.chat.update.mutate({ chatId, historyVisible: false });
    await alice.api.chat.removeMember.mutate({ chatId, userId: meOf(bob).id });

    const offline = openUnsynced(link.url, names.bob, { cache });
    await offline.store.when(({ chats }) => chats.length === 1);
    link.restore();
    await offline.store.when(({ isSynced, chats }) => isSynced && chats.length === 0);
    await alice.api.chat.addMembers.mutate({ chatId, userIds: [meOf(bob).id] });
    await offline.store.when(({ chats }) => chats.length === 1);
    await leave(offline);
    const back = await openDevice(link.url, names.bob, { cache });
    await back.store.openChat(chatId);

    expect(textsOf(back, chatId)).not.toContain('secret');
    await allEqualFetch([alice, back], chatId);
  });

  it('shows on its return only what is seen then, also when one was removed and added while away', async () => {
    await using link = await FlakyLink.open(server.url);
    const { alice, bob, chatId, cache, names } = await openScene(link.url);
    alice.store.send(chatId, 'secret');
    await bob.store.openChat(chatId);
    await seesWritten(bob, chatId, ['secret']);
    await leave(bob);
    await alice.api.chat.update.mutate({ chatId, historyVisible: false });
    await alice.api.chat.removeMember.mutate({ chatId, userId: meOf(bob).id });
    await alice.api.chat.addMembers.mutate({ chatId, userIds: [meOf(bob).id] });

    const back = await openDevice(link.url, names.bob, { cache });
    await back.store.openChat(chatId);

    await expect.poll(() => textsOf(back, chatId)).not.toContain('secret');
    await allEqualFetch([alice, back], chatId);
  });

  it('is joined by an invitation and left, both once', async () => {
    const { alice, bob, chatId } = await openScene();
    const { code } = await alice.api.chat.createInvite.mutate({ chatId });
    const dave = await openDevice(server.url, `dave ${randomUUID().slice(0, 8)}`);

    const chat = await dave.store.groups.join(code);
    expect(chat).toMatchObject({ id: chatId, kind: 'group', memberCount: 4 });
    dave.store.send(chatId, 'hello');
    await bob.store.when(() => chatOn(bob, chatId)?.lastMessage?.text === 'hello');
    await dave.store.when(({ outbox }) => outbox.length === 0);
    await dave.store.groups.leave(chatId);

    expect(dave.store.getSnapshot().chats).toEqual([]);
    await bob.store.when(() => memberCountOn(bob, chatId) === 3);
    await expect(alice.store.groups.leave(chatId)).rejects.toThrow();
    expect(alice.store.getSnapshot().chats).toHaveLength(1);
  });

  it('says who has read a message and whom it reached, as they come along', async () => {
    const { alice, bob, carol, chatId } = await openScene();
    alice.store.send(chatId, 'hello');
    await alice.store.when(
      ({ outbox, chats }) => outbox.length === 0 && chats[0]?.lastMessage?.text === 'hello',
    );
    const message = messagesOf(alice.store.getSnapshot().open.get(chatId)).at(-1);
    if (!message) throw new Error('It was sent');
    using readers = alice.store.watchReaders(message);

    await vi.waitFor(
      () => expect(namesIn(readers.getSnapshot()?.deliveredTo)).toEqual(namesOf(bob, carol)),
      patience,
    );
    await bob.store.openChat(chatId);
    bob.store.markRead(chatId);

    await expect.poll(() => namesIn(readers.getSnapshot()?.readBy)).toEqual(namesOf(bob));
    await expect.poll(() => namesIn(readers.getSnapshot()?.deliveredTo)).toEqual(namesOf(carol));
  });
});

describe('what a chat is to a person alone', () => {
  it('is the same on all of their devices: unread again, muted, pinned, archived', async () => {
    const { alice, bob, chatId, names } = await openScene();
    const tablet = await openDevice(server.url, names.bob);
    for (const text of ['one', 'two', 'three']) alice.store.send(chatId, text);
    for (const device of [bob, tablet]) {
      await device.store.when(() => chatOn(device, chatId)?.unread === 3);
      device.store.markRead(chatId);
    }
    await bob.store.when(() => chatOn(bob, chatId)?.unread === 0);
    await tablet.store.openChat(chatId);
    const two = messagesOf(tablet.store.getSnapshot().open.get(chatId)).at(-2);

    await bob.store.markUnread(chatId, two?.seq ?? 0);
    const mutedUntil = new Date(Date.now() + 60_000);
    await bob.store.setMine({ chatId, mutedUntil, pinned: true, archived: true });

    for (const device of [bob, tablet]) {
      await device.store.when(() => chatOn(device, chatId)?.unread === 2);
      await device.store.when(() => chatOn(device, chatId)?.archivedAt != null);
      expect(chatOn(device, chatId)).toMatchObject({ mutedUntil, pinnedAt: expect.any(Date) });
    }
    bob.store.markRead(chatId);
    await tablet.store.when(() => chatOn(tablet, chatId)?.unread === 0);
    await allEqualFetch([bob, tablet], chatId);
  });

  it('is unread again on the device that is just telling the server that it was read', async () => {
    const { alice, bob, chatId, names } = await openScene();
    const tablet = await openDevice(server.url, names.bob);
    for (const text of ['one', 'two', 'three']) alice.store.send(chatId, text);
    await bob.store.openChat(chatId);
    await seesWritten(bob, chatId, ['one', 'two', 'three']);
    await tablet.store.when(() => chatOn(tablet, chatId)?.unread === 3);
    const two = messagesOf(bob.store.getSnapshot().open.get(chatId)).at(-2);

    bob.store.markRead(chatId);
    await bob.store.markUnread(chatId, two?.seq ?? 0);

    expect(chatOn(bob, chatId)?.unread).toBe(2);
    await tablet.store.when(() => chatOn(tablet, chatId)?.unread === 2);
    await allEqualFetch([bob, tablet], chatId);
    expect(chatOn(bob, chatId)?.unread).toBe(2);
  });

  it('is without the messages that they deleted for themselves, on a device that was away too', async () => {
    const { alice, bob, carol, chatId, cache, names } = await openScene();
    for (const text of ['one', 'two', 'three']) alice.store.send(chatId, text);
    await bob.store.openChat(chatId);
    await seesWritten(bob, chatId, ['one', 'two', 'three']);
    await leave(bob);
    const tablet = await openDevice(server.url, names.bob);
    await tablet.store.openChat(chatId);
    const [two, three] = messagesOf(tablet.store.getSnapshot().open.get(chatId)).slice(-2);
    if (!two || !three) throw new Error('They have arrived');

    tablet.store.hide(two);
    expect(writtenOn(tablet, chatId)).toEqual(['one', 'three']);
    tablet.store.hide(three);
    await tablet.store.when(({ outbox }) => outbox.length === 0);
    await allEqualFetch([tablet], chatId);

    const back = await openDevice(server.url, names.bob, { cache });
    await back.store.openChat(chatId);
    await expect.poll(() => writtenOn(back, chatId)).toEqual(['one']);
    await allEqualFetch([alice, carol, back, tablet], chatId);
    await leave(back);
    expect(await textsIn(cache.storage)).not.toMatch(/two|three/);
  });
});

/** A group of three that Alice made. Bob's device keeps a cache and is at `bobUrl`. */
async function openScene(bobUrl = server.url) {
  const id = randomUUID().slice(0, 8);
  const names = { alice: `alice ${id}`, bob: `bob ${id}`, carol: `carol ${id}` };
  const cache = { storage: memoryStorage(), account: names.bob };
  const [alice, bob, carol] = await Promise.all([
    openDevice(server.url, names.alice),
    openDevice(bobUrl, names.bob, { cache }),
    openDevice(server.url, names.carol),
  ]);
  const memberIds = [bob, carol].map((client) => meOf(client).id);
  const { id: chatId } = await alice.store.groups.create({ name: ' Friends ', memberIds });
  for (const { store } of [bob, carol]) await store.when(({ chats }) => chats.length === 1);
  return { alice, bob, carol, chatId, cache, names };
}

function chatOn({ store }: WhisperClient, chatId: ChatId): Chat | undefined {
  return store.getSnapshot().chats.find(({ id }) => id === chatId);
}

function groupOn(client: WhisperClient, chatId: ChatId) {
  const chat = chatOn(client, chatId);
  return chat?.kind === 'group' ? chat : undefined;
}

const nameOn = (client: WhisperClient, chatId: ChatId) => groupOn(client, chatId)?.name;
const roleOn = (client: WhisperClient, chatId: ChatId) => groupOn(client, chatId)?.myRole;
const memberCountOn = (client: WhisperClient, chatId: ChatId) => groupOn(client, chatId)?.memberCount;

function namesIn(users: readonly { readonly name: string }[] | undefined): string[] {
  return (users ?? []).map(({ name }) => name).sort();
}

function namesOf(...clients: readonly WhisperClient[]): string[] {
  return clients.map((client) => meOf(client).name).sort();
}

/** What each shows is what the server answers to each. */
/** What people wrote, without what they did to the group. */
function writtenOn({ store }: WhisperClient, chatId: ChatId): string[] {
  return messagesOf(store.getSnapshot().open.get(chatId)).flatMap(({ kind, text }) =>
    kind === 'text' ? [text] : [],
  );
}

async function seesWritten(client: WhisperClient, chatId: ChatId, texts: readonly string[]): Promise<void> {
  const wanted = JSON.stringify(texts);
  await client.store.when(() => JSON.stringify(writtenOn(client, chatId)) === wanted);
}

async function allEqualFetch(clients: readonly WhisperClient[], chatId: ChatId): Promise<void> {
  for (const client of clients) {
    await client.store.openChat(chatId);
    await equalsFetch(client, chatId);
  }
}

async function textsIn(storage: ReturnType<typeof memoryStorage>): Promise<string> {
  const keys = await storage.getAllKeys();
  return (await Promise.all(keys.map(async (key) => storage.getItem(key)))).join();
}
