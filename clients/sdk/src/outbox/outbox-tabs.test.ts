import { randomUUID } from 'node:crypto';
import { startTestServer, type TestServer } from '@whisper/server/testing';
import { FlakyLink } from '@whisper/server/testing/flaky-link';
import type { ChatId } from '@whisper/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leave, meOf, openDevice, openUnsynced, sees } from '../../test/people.ts';
import { devTokens } from '../dev-tokens.ts';
import type { WhisperClient } from '../create-whisper-client.ts';
import { memoryStorage } from '../storage/memory-storage.ts';
import { messagesOf } from '../store/chat-snapshot.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

describe('tabs that share an outbox', () => {
  it('undo nothing by a change that another of them has brought out since', async () => {
    await using link = await FlakyLink.open(server.url);
    const { bob, chatId, openTab } = await openScene(link);
    const quick = openTab();
    await quick.store.openChat(chatId);
    link.cut();
    await quick.store.when(({ connection }) => connection.status === 'offline');
    quick.store.edit(onlyMessage(quick, chatId), 'second');
    let letIn: () => void = () => undefined;
    const slow = openTab(new Promise((resolve) => (letIn = resolve)));
    await slow.store.when(({ outbox }) => outbox.length === 1);

    link.restore();
    await sees(bob, chatId, ['second']);
    await quick.store.when(({ outbox }) => outbox.length === 0);
    quick.store.edit(onlyMessage(quick, chatId), 'third');
    await sees(bob, chatId, ['third']);
    expect(slow.store.getSnapshot()).toMatchObject({ isSynced: false, outbox: [{ kind: 'edit' }] });
    letIn();
    await slow.store.when(({ isSynced, outbox }) => isSynced && outbox.length === 0);
    await slow.store.openChat(chatId);

    expect((await bob.api.message.list.query({ chatId })).messages).toMatchObject([
      { text: 'third', rev: 3 },
    ]);
    for (const tab of [quick, slow]) await sees(tab, chatId, ['third']);
  });
});

/** Alice has said one thing to Bob, and opens her tabs on the same device. Their names are this test's alone. */
async function openScene(link: FlakyLink) {
  const name = `alice ${randomUUID().slice(0, 8)}`;
  const options = { cache: { storage: memoryStorage(), account: name }, storage: memoryStorage() };
  const tokens = devTokens(server.url, name);
  const openTab = (gate?: Promise<void>) => {
    const getToken = async () => {
      await gate;
      return tokens();
    };
    return openUnsynced(link.url, name, { ...options, getToken });
  };
  const bob = await openDevice(server.url, name.replace('alice', 'bob'));
  const first = openTab();
  const { id: chatId } = await first.store.openDirect(meOf(bob).id);
  await bob.store.openChat(chatId);
  first.store.send(chatId, 'first');
  await Promise.all([first, bob].map((client) => sees(client, chatId, ['first'])));
  await leave(first);
  return { bob, chatId, openTab };
}

function onlyMessage({ store }: WhisperClient, chatId: ChatId) {
  const [message] = messagesOf(store.getSnapshot().open.get(chatId));
  if (!message) throw new Error('It has arrived');
  return message;
}
