import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FlakyLink } from '@whisper/server/testing/flaky-link';
import { ServerProcess } from '@whisper/server/testing/server-process';
import type { ChatId } from '@whisper/shared';
import { createWhisperClient, devTokens, fileStorage, messagesOf, type WhisperClient } from '../src/node.ts';

/** Each chunk of bytes waits this long on its way to the client. */
const delayMs = 300;
const chatCount = 40;
const messageCount = 100;
const rounds = 5;

/**
 * How long a client takes to show its chats and the messages of one, over a slow link, with and without a cache.
 * `synced`: until all of it is up to date.
 */
const folder = mkdtempSync(join(tmpdir(), 'whisper-opening-'));
try {
  await using server = await ServerProcess.start();
  await using link = await FlakyLink.open(server.url);
  const getToken = devTokens(server.url, 'alice');
  const cache = { storage: fileStorage(folder), account: 'alice' };
  const chatId = await fill(server.url);
  using first = createWhisperClient({ url: link.url, getToken, cache });
  await first.store.when(({ isSynced }) => isSynced);
  await first.store.openChat(chatId);
  first.close();
  link.delayMs = delayMs;
  for (let round = 0; round < rounds; round += 1) {
    for (const options of [{}, { cache }]) {
      using client = createWhisperClient({ url: link.url, getToken, ...options });
      console.log({ cache: 'cache' in options, ...(await measure(client, chatId)) });
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}

async function measure({ store }: WhisperClient, chatId: ChatId) {
  const startedAt = performance.now();
  const since = () => Math.round(performance.now() - startedAt);
  const opened = store.openChat(chatId);
  const [chats, messages, synced] = await Promise.all([
    store.when((snapshot) => snapshot.chats.length > 1).then(since),
    store.when(({ open }) => messagesOf(open.get(chatId)).length > 0).then(since),
    Promise.all([opened, store.when(({ isSynced }) => isSynced)]).then(since),
  ]);
  return { chats, messages, synced };
}

/** Alice's chats, one of them with many messages. */
async function fill(url: string): Promise<ChatId> {
  using alice = createWhisperClient({ url, getToken: devTokens(url, 'alice') });
  await alice.store.when(({ isSynced }) => isSynced);
  for (let index = 0; index < chatCount; index += 1) {
    using other = createWhisperClient({ url, getToken: devTokens(url, `person ${index}`) });
    const { me } = await other.store.when((snapshot) => snapshot.me !== null);
    if (!me) throw new Error('Somebody is signed in');
    const { id } = await alice.api.chat.openDirect.mutate({ userId: me.id });
    alice.store.send(id, 'hello');
  }
  await alice.store.when(({ outbox }) => outbox.length === 0);
  const chatId = alice.store.getSnapshot().chats[0]?.id;
  if (!chatId) throw new Error('There are chats');
  for (let sent = 0; sent < messageCount; sent += 1)
    alice.store.send(chatId, `message ${sent} of a long talk`);
  await alice.store.when(({ outbox }) => outbox.length === 0);
  return chatId;
}
