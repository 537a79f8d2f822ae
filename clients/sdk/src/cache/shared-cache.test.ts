import { randomUUID } from 'node:crypto';
import { ManualClock, startTestServer, type TestServer } from '@whisper/server/testing';
import { FlakyLink } from '@whisper/server/testing/flaky-link';
import type { ChatId } from '@whisper/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { equalsFetch, leave, meOf, openDevice, sees } from '../../test/people.ts';
import { socketsThrough } from '../../test/sockets-through.ts';
import type { WhisperClient } from '../create-whisper-client.ts';
import { memoryStorage } from '../storage/memory-storage.ts';
import { messagesOf } from '../store/chat-snapshot.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

describe('tabs that share a cache', () => {
  it('do not bring back what one of them was told of and the other wrote again', async () => {
    await using link = await FlakyLink.open(server.url);
    const { bob, chatId, openTab } = await openScene();
    const [deaf, hearing] = [await openTab({ link }), await openTab()];
    bob.store.send(chatId, 'two');
    bob.store.send(chatId, 'three');
    for (const tab of [deaf, hearing]) await sees(tab.client, chatId, ['one', 'two', 'three']);
    link.isMute = true;
    link.mute();

    await hide(hearing.client, chatId, 'two');
    await sees(hearing.client, chatId, ['one', 'three']);
    await hearing.keep();
    await deaf.keep();
    await letTimePass();
    const carol = await openDevice(server.url, 'carol');
    const { id: otherId } = await carol.store.openDirect(meOf(hearing.client).id);
    carol.store.send(otherId, 'hello');
    await hearing.client.store.when(({ chats }) => chats.length === 2);
    await hearing.keep();
    for (const { client } of [deaf, hearing]) await leave(client);

    const next = await openTab();
    await equalsFetch(next.client, chatId);
  });

  it('keep nothing any more once the person left in one of them', async () => {
    const { bob, chatId, openTab, storage } = await openScene();
    const [leaving, staying] = [await openTab(), await openTab()];
    bob.store.send(chatId, 'two');
    await sees(staying.client, chatId, ['one', 'two']);

    await leaving.client.forget();
    await staying.keep();
    bob.store.send(chatId, 'three');
    await sees(staying.client, chatId, ['one', 'two', 'three']);
    await staying.keep();

    await leave(staying.client);
    expect(await storage.getAllKeys()).toEqual([]);
  });

  it('keep what is of the account that came last, and end with their own', async () => {
    const { name, bob, chatId, openTab, storage } = await openScene();
    const alice = await openTab();
    const carol = await openTab({ account: `carol of ${name}` });
    await carol.keep();
    const kept = await storage.getItem('whisper:cache:home');

    bob.store.send(chatId, 'for alice');
    await sees(alice.client, chatId, ['one', 'for alice']);
    await alice.keep();
    await alice.client.forget();

    expect(await storage.getItem('whisper:cache:home')).toBe(kept);
    expect(await storage.getAllKeys()).not.toContainEqual(expect.stringContaining(chatId));
  });
});

/** Alice, who has opened her chat with Bob here before, and the tabs she opens now. Their names are this test's alone. */
async function openScene() {
  const name = `alice ${randomUUID().slice(0, 8)}`;
  const { url } = server;
  const storage = memoryStorage();
  const bob = await openDevice(url, name.replace('alice', 'bob'));
  const openTab = async ({ link, account = name }: Tab = {}) => {
    const clock = new ManualClock();
    const through = link && { WebSocket: socketsThrough(link) };
    const client = await openDevice(url, account, { cache: { storage, account }, ...through, clock });
    const chat = await client.store.openDirect(meOf(bob).id);
    /** Writes what changed. */
    const keep = async () => {
      clock.advance(1_000);
      await new Promise((resolve) => setImmediate(resolve));
    };
    return { client, keep, chatId: chat.id };
  };
  const { client: before, chatId } = await openTab();
  await bob.store.openChat(chatId);
  bob.store.send(chatId, 'one');
  await sees(before, chatId, ['one']);
  await leave(before);
  return { name, bob, chatId, openTab, storage };
}

type Tab = { readonly link?: FlakyLink; readonly account?: string };

async function hide({ store, api }: WhisperClient, chatId: ChatId, text: string): Promise<void> {
  const found = messagesOf(store.getSnapshot().open.get(chatId)).find((each) => each.text === text);
  await api.message.delete.mutate({ messageId: found?.id ?? '', for: 'me' });
}

/** What a person is told they are told again when they come back within seconds. This makes all of it long ago. */
async function letTimePass(): Promise<void> {
  const at = new Date(Date.now() - 60_000);
  const members = server.app.db.collection('members');
  await members.updateMany({ hidden: { $exists: true } }, { $set: { changedAt: at, 'hidden.$[].at': at } });
}
