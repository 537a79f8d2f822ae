import { randomUUID } from 'node:crypto';
import { startTestServer, type TestServer } from '@whisper/server/testing';
import { FlakyLink } from '@whisper/server/testing/flaky-link';
import type { ChatId } from '@whisper/shared';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { storeCopies } from '../../test/store-copies.ts';
import {
  leave,
  meOf,
  openDevice,
  openUnsynced,
  patience,
  sees,
  statusBecomes,
  textsOf,
} from '../../test/people.ts';
import { devTokens } from '../dev-tokens.ts';
import type { WhisperClient } from '../create-whisper-client.ts';
import type { DeviceStorage } from '../storage/device-storage.ts';
import { memoryStorage } from '../storage/memory-storage.ts';
import { messagesOf } from './chat-snapshot.ts';

/** Machines may be busy. */
let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

describe('a client with a cache', () => {
  it('shows its last state without a network, and what is queued there, and catches up without fetching it again', async () => {
    await using link = await FlakyLink.open(server.url);
    const { name, bob, chatId, options } = await openScene(link, ['one', 'two', 'three', 'four']);
    link.cut();
    const [one, two, three] = messagesOf(bob.store.getSnapshot().open.get(chatId));
    if (!one || !two || !three) throw new Error('They have arrived');
    // Were it fetched again, it would show.
    await server.app.db.collection('messages').updateOne({ text: 'four' }, { $set: { text: 'fetched' } });

    const alice = openUnsynced(link.url, name, options);
    void alice.store.openChat(chatId).catch(() => undefined);
    await sees(alice, chatId, ['one', 'two', 'three', 'four']);
    expect(alice.store.getSnapshot()).toMatchObject({
      isSynced: false,
      me: { name },
      chats: [{ id: chatId, participant: { name: meOf(bob).name } }],
    });
    alice.store.send(chatId, 'while away');
    alice.store.markRead(chatId);
    bob.store.edit(one, 'one, edited');
    bob.store.remove(two);
    bob.store.react(three, '👍', true);
    await bob.store.when(({ outbox }) => outbox.length === 0);
    expect(textsOf(alice, chatId)).toEqual(['one', 'two', 'three', 'four', 'pending: while away']);
    link.restore();

    await sees(alice, chatId, ['one, edited', '', 'three', 'four', 'while away']);
    await server.app.db.collection('messages').updateOne({ text: 'fetched' }, { $set: { text: 'four' } });
    await equalsFetch(alice, chatId);
  });

  it('keeps read what was read without a network, until the server knows it', async () => {
    await using link = await FlakyLink.open(server.url);
    const { name, chatId, options } = await openScene(link, ['one', 'two']);
    link.cut();

    for (const isAgain of [false, true]) {
      const alice = openUnsynced(link.url, name, options);
      await alice.store.when(({ chats }) => chats[0]?.unread === (isAgain ? 0 : 2));
      alice.store.markRead(chatId);
      await leave(alice);
    }
    link.restore();

    const alice = await openDevice(link.url, name, options);
    expect(alice.store.getSnapshot().chats[0]).toMatchObject({ unread: 0 });
    await vi.waitFor(
      async () => expect((await alice.api.chat.get.query({ chatId })).unread).toBe(0),
      patience,
    );
  });

  it('starts from the newest page when more has happened than one answer holds', async () => {
    await using link = await FlakyLink.open(server.url);
    const { name, chatId, options } = await openScene(link, ['first of many']);
    await storeCopies(server, 'first of many', 600);

    const alice = await openDevice(link.url, name, options);
    await alice.store.openChat(chatId);

    const messages = messagesOf(alice.store.getSnapshot().open.get(chatId));
    expect(messages.map(({ seq }) => seq)).toEqual(Array.from({ length: 100 }, (_, index) => index + 502));
    await equalsFetch(alice, chatId);
  });

  it('believes the server when that has lost what it once told', async () => {
    await using link = await FlakyLink.open(server.url);
    const { name, chatId, options } = await openScene(link, ['one', 'two', 'lost']);
    await server.app.db.collection('messages').deleteOne({ text: 'lost' });
    const alice = openUnsynced(link.url, name, options);

    await alice.store.openChat(chatId);

    expect(textsOf(alice, chatId)).toEqual(['one', 'two']);
  });

  it('shows nothing of another person, and keeps nothing of them', async () => {
    await using link = await FlakyLink.open(server.url);
    const { name, chatId, options } = await openScene(link, ['for alice']);
    const { cache } = options;

    // The app calls her by the name of the account before: the server alone says who she is.
    const carol = openUnsynced(server.url, 'carol', { cache: { ...cache, account: name } });
    await carol.store.when(({ isSynced }) => isSynced);
    const dave = openUnsynced(link.url, 'dave', { cache: { ...cache, account: 'dave' } });
    await expect(dave.store.openChat(chatId)).rejects.toThrow();

    expect([carol, dave].map(({ store }) => store.getSnapshot().chats)).toEqual([[], []]);
    for (const client of [carol, dave]) await leave(client);
    expect(await textsIn(cache.storage)).not.toContain('for alice');
  });

  it('drops what it showed when the server says that it is somebody else', async () => {
    await using link = await FlakyLink.open(server.url);
    const { chatId, options } = await openScene(link, ['for alice']);
    link.cut();
    // The account has its old name, and the server knows another person by it.
    const getToken = devTokens(server.url, 'carol');
    const carol = openUnsynced(link.url, 'carol', { ...options, getToken });
    void carol.store.openChat(chatId).catch(() => undefined);
    await sees(carol, chatId, ['for alice']);
    carol.store.send(chatId, 'from nobody');

    link.restore();
    await carol.store.when(({ isSynced, me }) => isSynced && me?.name === 'carol');
    await carol.store.when(({ open }) => open.get(chatId)?.status === 'failed');

    expect(carol.store.getSnapshot()).toMatchObject({ chats: [], outbox: [] });
    await leave(carol);
    expect(await textsIn(options.cache.storage)).not.toContain('for alice');
  });

  it.each([
    ['it is told to forget', (alice: WhisperClient) => alice.forget(), {}],
    [
      'nobody is signed in',
      (alice: WhisperClient) => statusBecomes(alice, 'refused'),
      { getToken: async () => null },
    ],
  ])('keeps nothing once %s', async (_, end, signedOut) => {
    await using link = await FlakyLink.open(server.url);
    const { name, options } = await openScene(link, ['secret']);
    const { storage } = options.cache;
    expect(await textsIn(storage)).toContain('secret');
    const alice = openUnsynced(link.url, name, { ...options, ...signedOut });

    await end(alice);

    await expect.poll(() => storage.getAllKeys()).toEqual([]);
  });

  it('shows no chat that is gone', async () => {
    await using link = await FlakyLink.open(server.url);
    const { name, chatId, options } = await openScene(link, ['gone']);
    const [message] = await server.app.db.collection('messages').find({ text: 'gone' }).toArray();
    await server.app.db.collection('chats').deleteOne({ _id: message?.['chat'] });
    server.app.memberships.clear();
    const alice = openUnsynced(link.url, name, options);

    await expect(alice.store.openChat(chatId)).rejects.toThrow();
    await alice.store.when(({ isSynced }) => isSynced);

    expect(alice.store.getSnapshot().chats).toEqual([]);
    await leave(alice);
    expect(await textsIn(options.cache.storage)).not.toContain('gone');
  });

  it('shares its cache with another tab', async () => {
    await using link = await FlakyLink.open(server.url);
    const { name, bob, chatId, options } = await openScene(link, ['one']);
    const tabs = [await openDevice(link.url, name, options), await openDevice(link.url, name, options)];
    for (const tab of tabs) await tab.store.openChat(chatId);

    bob.store.send(chatId, 'two');
    for (const tab of tabs) await sees(tab, chatId, ['one', 'two']);
    for (const tab of tabs) await leave(tab);
    link.cut();

    const later = openUnsynced(link.url, name, options);
    void later.store.openChat(chatId).catch(() => undefined);
    await sees(later, chatId, ['one', 'two']);
  });
});

/** Alice, whose only device was here and has gone, and Bob, who has written to her. Their names are this test's alone. */
async function openScene(link: FlakyLink, texts: readonly string[]) {
  const name = `alice ${randomUUID().slice(0, 8)}`;
  const options = { cache: { storage: memoryStorage(), account: name }, storage: memoryStorage() };
  const alice = await openDevice(link.url, name, options);
  const bob = await openDevice(server.url, name.replace('alice', 'bob'));
  const { id: chatId } = await alice.store.openDirect(meOf(bob).id);
  await bob.store.openChat(chatId);
  for (const text of texts) bob.store.send(chatId, text);
  await Promise.all([alice, bob].map((client) => sees(client, chatId, texts)));
  await alice.store.when(({ chats }) => chats[0]?.lastSeq === texts.length);
  await leave(alice);
  return { name, bob, chatId, options };
}

async function textsIn(storage: DeviceStorage): Promise<string> {
  const keys = await storage.getAllKeys();
  return (await Promise.all(keys.map(async (key) => storage.getItem(key)))).join();
}

/** The messages and the chats of a device are what the server answers. */
async function equalsFetch({ store, api }: WhisperClient, chatId: ChatId): Promise<void> {
  await store.when(({ isSynced, outbox }) => isSynced && outbox.length === 0);
  await vi.waitFor(async () => {
    const { messages } = await api.message.list.query({ chatId });
    expect(messagesOf(store.getSnapshot().open.get(chatId)).slice(-messages.length)).toEqual(messages);
    const { chats } = await api.chat.list.query({});
    expect(store.getSnapshot().chats).toEqual(chats);
  }, patience);
}
