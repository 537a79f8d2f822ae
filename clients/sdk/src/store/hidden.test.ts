import { randomUUID } from 'node:crypto';
import { startTestServer, type TestServer } from '@whisper/server/testing';
import { FlakyLink } from '@whisper/server/testing/flaky-link';
import type { ChatId } from '@whisper/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { meOf, openDevice, openUnsynced, sees, statusBecomes, textsOf } from '../../test/people.ts';
import { socketsThrough } from '../../test/sockets-through.ts';
import { storeCopies } from '../../test/store-copies.ts';
import type { WhisperClient } from '../create-whisper-client.ts';
import { memoryStorage } from '../storage/memory-storage.ts';
import { messagesOf } from './chat-snapshot.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

describe('a message that another device of the person deletes for them', () => {
  it('goes from a device that fetched it before it could be told of that', async () => {
    const { phone, name, chatId } = await openScene('one', 'two', 'three');
    await using link = await FlakyLink.open(server.url);
    link.isMute = true;
    const laptop = openUnsynced(server.url, name, { WebSocket: socketsThrough(link) });
    await laptop.store.openChat(chatId);
    expect(textsOf(laptop, chatId)).toEqual(['one', 'two', 'three']);

    await hide(phone, chatId, 'two');
    link.isMute = false;
    link.drop();
    await laptop.store.when(({ isSynced }) => isSynced);

    await sees(laptop, chatId, ['one', 'three']);
  });

  it.each(['two', 'three'])(
    'does not come back by what this device still had to do to it (%s)',
    async (text) => {
      const { phone, name, chatId } = await openScene('one', 'two', 'three');
      await using link = await FlakyLink.open(server.url);
      const storage = memoryStorage();
      const before = await openDevice(link.url, name, { storage });
      await before.store.openChat(chatId);
      link.cut();
      await statusBecomes(before, 'offline');
      before.store.react(messageOn(before, chatId, text), '👍', true);
      await expect.poll(() => storage.getAllKeys()).toHaveLength(1);
      before.close();

      await hide(phone, chatId, text);
      link.restore();
      const laptop = await openDevice(link.url, name, { storage });
      await laptop.store.openChat(chatId);
      const left = ['one', 'two', 'three'].filter((each) => each !== text);
      await laptop.store.when(({ outbox }) => outbox.length === 0);

      expect(textsOf(laptop, chatId)).toEqual(left);
      phone.store.send(chatId, 'four');
      await sees(laptop, chatId, [...left, 'four']);
    },
  );

  it('is not kept where an older part of the history is in sight', async () => {
    const { phone, name, chatId } = await openScene(randomUUID());
    const [first] = messagesOf(phone.store.getSnapshot().open.get(chatId));
    await storeCopies(server, first?.text ?? '', 299);
    const storage = memoryStorage();
    const [laptop, tablet] = await Promise.all([
      openDevice(server.url, name, { cache: { storage, account: name } }),
      openDevice(server.url, name),
    ]);
    for (const { store } of [laptop, tablet]) await store.openChat(chatId);
    const kept = async () => {
      const keys = (await storage.getAllKeys()).filter((key) => key.startsWith('whisper:cache:chat:'));
      return (await Promise.all(keys.map(async (key) => storage.getItem(key)))).join();
    };
    await expect.poll(kept).toContain('"text":"300"');
    await laptop.store.openAround(chatId, 1);

    await hide(tablet, chatId, '300');

    await expect.poll(kept).not.toContain('"text":"300"');
  });
});

describe('an answer to a message that the person deleted for themselves', () => {
  const quotesOn = ({ store }: WhisperClient, chatId: ChatId) =>
    messagesOf(store.getSnapshot().open.get(chatId)).map(({ text, replyTo }) => [text, replyTo?.excerpt]);

  it('quotes nothing on any of their devices, and in none’s cache, also when that happens where it is not told', async () => {
    const { phone, bob, name, chatId } = await openScene('one');
    const one = messageOn(phone, chatId, 'one');
    const storage = memoryStorage();
    const account = { cache: { storage, account: name } };
    await using link = await FlakyLink.open(server.url);
    const [laptop, before] = await Promise.all([
      openDevice(link.url, name),
      openDevice(server.url, name, account),
    ]);
    bob.store.send(chatId, 'two', { replyTo: one.id });
    for (const device of [phone, bob, laptop, before]) {
      await device.store.openChat(chatId);
      await sees(device, chatId, ['one', 'two']);
    }
    expect(quotesOn(phone, chatId)).toEqual([
      ['one', undefined],
      ['two', 'one'],
    ]);
    before.close();
    link.cut();
    await statusBecomes(laptop, 'offline');

    phone.store.hide(one);
    expect(quotesOn(phone, chatId)).toEqual([['two', undefined]]);
    await phone.store.when(({ outbox }) => outbox.length === 0);
    bob.store.remove(one);
    bob.store.send(chatId, 'three', { replyTo: messageOn(bob, chatId, 'two').id });
    link.restore();
    const after = await openDevice(server.url, name, account);
    await after.store.openChat(chatId);

    for (const device of [phone, laptop, after]) {
      await sees(device, chatId, ['two', 'three']);
      expect(quotesOn(device, chatId)).toEqual([
        ['two', undefined],
        ['three', 'two'],
      ]);
    }
  });

  it('quotes nothing on a device that fetched it before it could be told, and does not hold the message', async () => {
    const { phone, bob, name, chatId } = await openScene(randomUUID());
    const [first] = messagesOf(phone.store.getSnapshot().open.get(chatId));
    if (!first) throw new Error('There is no first message');
    await storeCopies(server, first.text, 299);
    await bob.store.openChat(chatId);
    bob.store.send(chatId, 'two', { replyTo: first.id });
    await bob.store.when(({ outbox }) => outbox.length === 0);
    await using link = await FlakyLink.open(server.url);
    link.isMute = true;
    const laptop = openUnsynced(server.url, name, { WebSocket: socketsThrough(link) });
    await laptop.store.openChat(chatId);
    expect(quotesOn(laptop, chatId).at(-1)).toEqual(['two', first.text]);

    phone.store.hide(first);
    await phone.store.when(({ outbox }) => outbox.length === 0);
    link.isMute = false;
    link.drop();
    await laptop.store.when(({ isSynced }) => isSynced);

    await expect.poll(() => quotesOn(laptop, chatId).at(-1)).toEqual(['two', undefined]);
  });

  it('leaves what it answered where it is when it is deleted itself, also where that is not told', async () => {
    const { phone, bob, name, chatId } = await openScene('one');
    await bob.store.openChat(chatId);
    bob.store.send(chatId, 'two', { replyTo: messageOn(bob, chatId, 'one').id });
    await sees(phone, chatId, ['one', 'two']);
    await using link = await FlakyLink.open(server.url);
    link.isMute = true;
    const laptop = openUnsynced(server.url, name, { WebSocket: socketsThrough(link) });
    await laptop.store.openChat(chatId);

    bob.store.remove(messageOn(bob, chatId, 'two'));
    await bob.store.when(({ outbox }) => outbox.length === 0);
    link.isMute = false;
    link.drop();
    await laptop.store.when(({ isSynced }) => isSynced);

    await sees(laptop, chatId, ['one', '']);
  });
});

/** Alice's phone and Bob, who wrote this to her. */
async function openScene(...texts: string[]) {
  const name = `alice ${randomUUID().slice(0, 8)}`;
  const [phone, bob] = await Promise.all([openDevice(server.url, name), openDevice(server.url, 'bob')]);
  const { id: chatId } = await phone.store.openDirect(meOf(bob).id);
  for (const text of texts) bob.store.send(chatId, text);
  await sees(phone, chatId, texts);
  return { phone, bob, name, chatId };
}

async function hide({ store }: WhisperClient, chatId: ChatId, text: string): Promise<void> {
  store.hide(messageOn({ store }, chatId, text));
  await store.when(({ outbox }) => outbox.length === 0);
}

function messageOn({ store }: Pick<WhisperClient, 'store'>, chatId: ChatId, text: string) {
  const found = messagesOf(store.getSnapshot().open.get(chatId)).find((each) => each.text === text);
  if (!found) throw new Error('It has arrived');
  return found;
}
