import type { ChatId } from '@whisper/shared';
import { startEmbeddedMongo } from '@whisper/embedded-mongo';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { startTestServer } from '../testing/index.ts';

const fixture = new URL('../../test/fixtures/data-0.1.0/', import.meta.url);

type Holds = {
  readonly people: Readonly<Record<string, { readonly id: string }>>;
  readonly chats: readonly {
    readonly id: ChatId;
    readonly pair: readonly [string, string];
    readonly messages: readonly { readonly who: string; readonly text: string }[];
    readonly unread: Readonly<Record<string, number>>;
  }[];
};

/** The store as version 0.1.0 left it. */
async function openStore(): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'whisper-0.1.0-'));
  await writeFile(join(dataDir, 'store.mdb'), gunzipSync(await readFile(new URL('store.mdb.gz', fixture))));
  const store = await startEmbeddedMongo({ dataDir, isDurable: false });
  onTestFinished(async () => {
    await store.close();
    await rm(dataDir, { recursive: true, force: true });
  });
  return store.uri;
}

test('data of version 0.1.0 opens as it was and is found by its words, and people are not found by the start of an address any more', async () => {
  const mongoUri = await openStore();
  const holds = JSON.parse(await readFile(new URL('holds.json', fixture), 'utf8')) as Holds;
  await using server = await startTestServer({ sameDatabaseAs: { mongoUri } });

  for (const { id, pair, messages, unread } of holds.chats) {
    for (const name of pair) {
      const { api, me } = await server.signIn(name);
      expect(me.id).toBe(holds.people[name]?.id);
      const { chats } = await api.chat.list.query({});
      expect(chats.find((chat) => chat.id === id)?.unread).toBe(unread[name]);
      const stored = await api.message.changes.query({ chatId: id, afterRev: 0 });
      expect(stored.messages.map(({ sender, text }) => ({ who: sender.name, text }))).toEqual(messages);
    }
  }

  const { api } = await server.signIn('alice');
  expect((await api.user.list.query({ query: 'bob@' })).users).toEqual([]);
  expect((await api.user.list.query({ query: 'bob@example.test' })).users).toMatchObject([{ name: 'bob' }]);
  expect((await api.user.list.query({ query: 'bo' })).users).toMatchObject([{ name: 'bob' }]);

  for (const { id: chatId, pair, messages } of holds.chats) {
    const { api } = await server.signIn(pair[0]);
    const { found } = await api.message.search.query({ query: '', chatId });
    expect(found.map(({ message }) => message.text)).toEqual(
      messages
        .slice(-50)
        .map(({ text }) => text)
        .toReversed(),
    );
  }

  const indexes = await server.app.db.collection('messages').indexes();
  expect(indexes.find(({ name }) => name === 'chat_1_seq_1')).toMatchObject({ unique: true });
  expect(indexes.map(({ name }) => name)).not.toEqual(expect.arrayContaining(['chat_1_seq_-1']));
});
