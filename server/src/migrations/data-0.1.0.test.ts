import type { ChatId } from '@whisper/shared';
import { startEmbeddedMongo } from '@whisper/embedded-mongo';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import mongoose from 'mongoose';
import { expect, onTestFinished, test } from 'vitest';
import { ServerProcess, startTestServer, type TestServer } from '../testing/index.ts';

const dieInMigration = new URL('../testing/planted-faults/die-in-migration.mjs', import.meta.url).href;
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

async function readHolds(): Promise<Holds> {
  return JSON.parse(await readFile(new URL('holds.json', fixture), 'utf8')) as Holds;
}

/** What was there is there, for everybody. */
async function expectAll(server: TestServer): Promise<void> {
  const { people, chats: held } = await readHolds();
  for (const { id, pair, messages, unread } of held) {
    for (const name of pair) {
      const { api, me } = await server.signIn(name);
      expect(me.id).toBe(people[name]?.id);
      const { chats } = await api.chat.list.query({});
      expect(chats.find((chat) => chat.id === id)?.unread).toBe(unread[name]);
      const stored = await api.message.changes.query({ chatId: id, afterRev: 0 });
      expect(stored.messages.map(({ sender, text }) => ({ who: sender.name, text }))).toEqual(messages);
    }
  }
}

test('data of version 0.1.0 opens as it was and is found by its words, and people are not found by the start of an address any more', async () => {
  const mongoUri = await openStore();
  await using server = await startTestServer({ sameDatabaseAs: { mongoUri } });

  await expectAll(server);

  const { api } = await server.signIn('alice');
  expect((await api.user.list.query({ query: 'bob@' })).users).toEqual([]);
  expect((await api.user.list.query({ query: 'bob@example.test' })).users).toMatchObject([{ name: 'bob' }]);
  expect((await api.user.list.query({ query: 'bo' })).users).toMatchObject([{ name: 'bob' }]);

  for (const { id: chatId, pair, messages } of (await readHolds()).chats) {
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

test('data of version 0.1.0 opens as it was although the process is killed amid the read marks, twice', {
  timeout: 120_000,
}, async () => {
  const mongoUri = await openStore();
  const db = await mongoose.createConnection(mongoUri, { dbName: 'whisper' }).asPromise();
  onTestFinished(() => db.close());
  const [members, chats, migrations] = ['members', 'chats', 'migrations'].map((name) => db.collection(name));
  const countNew = () => Promise.all([members?.countDocuments(), chats?.countDocuments({ kind: 'direct' })]);

  await dieIn('members');
  const [written, moved] = await countNew();
  expect(written).toBeGreaterThan(0);
  expect(moved).toBe(0);

  await dieIn('chats');
  expect((await countNew())[0]).toBeGreaterThan(written ?? 0);
  expect((await countNew())[1]).toBeGreaterThan(0);
  expect(await chats?.countDocuments({ kind: { $exists: false } })).toBeGreaterThan(0);

  await using server = await startTestServer({ sameDatabaseAs: { mongoUri } });
  await expectAll(server);

  async function dieIn(collection: string): Promise<void> {
    const env = { MONGODB_URI: mongoUri, DIE_AT: collection, NODE_OPTIONS: `--import=${dieInMigration}` };
    await using server = await ServerProcess.create(env);
    await expect(server.start()).rejects.toThrow('did not start');
    // A dead node's lock runs out by itself; this test does not wait for it.
    await migrations?.updateOne({ owner: { $exists: true } }, { $set: { expiresAt: new Date(0) } });
  }
});
