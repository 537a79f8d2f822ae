import type { TestServer } from '@whisper/server/testing';
import type { ChatId } from '@whisper/shared';
import { expect, onTestFinished, vi } from 'vitest';
import {
  createWhisperClient,
  devTokens,
  messagesOf,
  rowsOf,
  type DeviceStorage,
  type StoredEntry,
  type WhisperClient,
} from '../src/node.ts';
import { EntryShelf } from '../src/outbox/entry-shelf.ts';
import type { WhisperClientOptions } from '../src/create-whisper-client.ts';

/** For `vi.waitFor`, whose own second a busy machine may take. */
export const patience = { timeout: 15_000 };

type Options = Partial<WhisperClientOptions>;

/** A device of that person, signed in and synced; closed at the end of the test. */
export async function openDevice(url: string, name: string, options: Options = {}): Promise<WhisperClient> {
  const client = openUnsynced(url, name, options);
  await client.store.when(({ isSynced }) => isSynced);
  return client;
}

/** A device that may still be on its way to the server. */
export function openUnsynced(url: string, name: string, options: Options = {}): WhisperClient {
  // Waits are real but short, so that a broken connection costs a test little.
  const client = createWhisperClient({ url, getToken: devTokens(url, name), random: () => 0.02, ...options });
  onTestFinished(() => client.close());
  return client;
}

/** Alice and Bob, one device each, with their direct chat open on both. */
export async function openConversation(server: Pick<TestServer, 'url'>, options: Options = {}) {
  const [alice, bob] = await Promise.all([
    openDevice(server.url, 'alice', options),
    openDevice(server.url, 'bob'),
  ]);
  const chat = await alice.store.openDirect(meOf(bob).id);
  await bob.store.openChat(chat.id);
  return { alice, bob, chatId: chat.id };
}

export function meOf(client: WhisperClient) {
  const { me } = client.store.getSnapshot();
  if (!me) throw new Error('This client is not signed in yet');
  return me;
}

/** What waits in a storage to be sent by that person. */
export async function entriesIn(storage: DeviceStorage, client: WhisperClient): Promise<StoredEntry[]> {
  return new EntryShelf(storage, meOf(client).id).list();
}

/** What stands on that person's screen. */
export function textsOf(client: WhisperClient, chatId: ChatId): string[] {
  const { open, outbox } = client.store.getSnapshot();
  return rowsOf(chatId, { view: open.get(chatId), outbox }).map((row) =>
    row.state === 'sent' ? row.message.text : `${row.state}: ${row.draft.text}`,
  );
}

/** Resolves when exactly these texts stand there. */
export async function sees(client: WhisperClient, chatId: ChatId, texts: readonly string[]): Promise<void> {
  const wanted = JSON.stringify(texts);
  await client.store.when(() => JSON.stringify(textsOf(client, chatId)) === wanted);
}

/** Every status from now on. */
export function recordStatuses({ connection }: WhisperClient): string[] {
  const statuses: string[] = [];
  connection.subscribe(() => statuses.push(connection.getSnapshot().status));
  return statuses;
}

export function statusBecomes({ connection }: WhisperClient, status: string): Promise<void> {
  return new Promise((resolve) => {
    const check = () => {
      if (connection.getSnapshot().status !== status) return;
      unsubscribe();
      resolve();
    };
    const unsubscribe = connection.subscribe(check);
    check();
  });
}

/** What a device shows is what the server answers it. */
export async function equalsFetch({ store, api }: WhisperClient, chatId: ChatId): Promise<void> {
  await vi.waitFor(async () => {
    expect(store.getSnapshot().chats).toEqual((await api.chat.list.query({})).chats);
    const { messages } = await api.message.list.query({ chatId });
    expect(messagesOf(store.getSnapshot().open.get(chatId))).toEqual(messages);
  }, patience);
}

/** Ends a client. What it owes a storage in memory is written within this turn. */
export async function leave(client: WhisperClient): Promise<void> {
  client.close();
  await new Promise((resolve) => setImmediate(resolve));
}
