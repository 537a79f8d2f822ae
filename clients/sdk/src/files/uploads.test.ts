import { startTestServer, type TestServer } from '@whisper/server/testing';
import { FlakyLink } from '@whisper/server/testing/flaky-link';
import type { ChatId } from '@whisper/shared';
import { describe, expect, it } from 'vitest';
import {
  entriesIn,
  meOf,
  openConversation,
  openDevice,
  openUnsynced,
  sees,
  textsOf,
} from '../../test/people.ts';
import type { WhisperClient } from '../create-whisper-client.ts';
import { messagesOf } from '../store/chat-snapshot.ts';
import { memoryStorage } from '../storage/memory-storage.ts';
import { memoryFiles } from './device-files.ts';
import type { Upload, UploadState } from './upload.ts';

const note = () => new Blob(['A note.'], { type: 'text/plain' });
const big = (bytes: number) => new Blob(['0123456789'.repeat(bytes / 10)], { type: 'text/plain' });

describe('a file on its way', () => {
  it('goes with its message, which may be nothing else, and is gone from the device then', async () => {
    await using server = await startTestServer();
    const files = memoryFiles();
    const { alice, bob, chatId } = await openConversation(server, { files });
    const upload = alice.store.uploads.attach(note(), { name: 'C:\\notes\\a.txt' });

    alice.store.send(chatId, '', { files: [upload] });

    await sees(bob, chatId, ['']);
    expect(await readAttachments(bob, chatId, server.url)).toEqual(['a.txt: A note.']);
    await alice.store.when(({ outbox }) => outbox.length === 0);
    expect(await files.list()).toEqual([]);

    const [message] = messagesOf(alice.store.getSnapshot().open.get(chatId));
    if (message) alice.store.forward(message, chatId);
    expect(textsOf(alice, chatId)).toEqual(['', 'pending: a.txt']);
    if (message) alice.store.edit(message, 'a caption');
    await sees(bob, chatId, ['a caption', '']);
    if (message) alice.store.edit(message, '');
    await sees(bob, chatId, ['', '']);
  });

  it('is waited for by its message and the changes of it, and by nothing else', async () => {
    await using server = await startTestServer();
    const { alice, bob, chatId } = await openConversation(server);
    const upload = alice.store.uploads.attach(note(), { name: 'a.txt' });
    upload.pause();
    alice.store.send(chatId, 'with a file', { files: [upload] });
    alice.store.send(chatId, 'without');
    await sees(bob, chatId, ['without']);
    expect(textsOf(alice, chatId)).toEqual(['without', 'pending: with a file']);

    upload.resume();

    await Promise.all([alice, bob].map((client) => sees(client, chatId, ['without', 'with a file'])));
  });

  it('takes up where it was left, with another process and after a lost connection, and is one file', async () => {
    await using server = await startTestServer();
    await using link = await FlakyLink.open(server.url);
    const kept = { storage: memoryStorage(), files: memoryFiles() };
    const { alice, chatId } = await openConversationOver(link, server, kept);
    const upload = alice.store.uploads.attach(big(3_000_000), { name: 'big.txt' });
    alice.store.send(chatId, 'big', { files: [upload] });
    await until(upload, ({ sentBytes }) => sentBytes > 0);
    upload.pause();
    alice.close();
    const { sentBytes } = upload.getSnapshot();
    expect(sentBytes).toBeLessThan(3_000_000);
    expect(await entriesIn(kept.storage, alice)).toHaveLength(1);

    const later = openUnsynced(link.url, 'alice', kept);
    const { outbox } = await later.store.when((snapshot) => snapshot.outbox.length === 1);
    const [entry] = outbox;
    const taken =
      entry?.kind === 'send' && later.store.uploads.find(entry.files?.[0]?.clientId ?? entry.clientId);
    const first = taken ? await until(taken, (state) => state.sentBytes > 0) : undefined;
    link.drop();

    await later.store.when((snapshot) => snapshot.outbox.length === 0);
    await later.store.openChat(chatId);
    expect(first?.sentBytes).toBeGreaterThanOrEqual(sentBytes);
    expect(await readAttachments(later, chatId, server.url)).toEqual([
      `big.txt: ${await big(3_000_000).text()}`,
    ]);
    expect(await server.app.db.collection('files').countDocuments({ name: 'big.txt' })).toBe(1);
  });

  it('that the server refuses fails its message, and goes when that is tried again', async () => {
    await using server = await startTestServer();
    const { alice, bob, chatId } = await openConversation(server);
    const upload = alice.store.uploads.attach(note(), { name: 'a.txt' });
    await until(upload, ({ status }) => status === 'uploaded');
    const other = alice.store.uploads.attach(note(), { name: 'b.txt' });
    other.pause();
    await server.app.db.collection('files').deleteMany({});
    const clientId = alice.store.send(chatId, 'x', { files: [upload] });
    await alice.store.when(({ outbox }) => outbox[0]?.failure !== undefined);

    alice.store.discard(clientId);

    expect(alice.store.uploads.find(upload.file.clientId)).toBeUndefined();
    other.resume();
    alice.store.send(chatId, 'y', { files: [other] });
    await sees(bob, chatId, ['y']);
  });

  it('that no message took is let go of on the device after a day', async () => {
    await using server = await startTestServer();
    const kept = memoryFiles();
    const files = { ...kept, list: async () => (await kept.list()).map(({ key }) => ({ key, at: 0 })) };
    const storage = memoryStorage();
    const alice = await openDevice(server.url, 'alice', { files, storage });
    const upload = alice.store.uploads.attach(note(), { name: 'a.txt' });
    await until(upload, ({ status }) => status === 'uploaded');
    alice.close();
    expect(await files.list()).toMatchObject([{ key: `${meOf(alice).id}-${upload.file.clientId}` }]);

    openUnsynced(server.url, 'alice', { files, storage });

    await expect.poll(() => files.list()).toEqual([]);
  });

  it('refuses a file without bytes', async () => {
    await using server = await startTestServer();
    const alice = await openDevice(server.url, 'alice');
    expect(() => alice.store.uploads.attach(new Blob([]))).toThrow();
  });
});

async function openConversationOver(link: FlakyLink, { url }: TestServer, options: object) {
  const [alice, bob] = await Promise.all([openDevice(link.url, 'alice', options), openDevice(url, 'bob')]);
  const chat = await alice.store.openDirect(meOf(bob).id);
  return { alice, bob, chatId: chat.id };
}

async function readAttachments(client: WhisperClient, chatId: ChatId, url: string): Promise<string[]> {
  const view = client.store.getSnapshot().open.get(chatId);
  const attachments = view?.status === 'ready' ? view.log.messages.flatMap((each) => each.attachments) : [];
  return Promise.all(
    attachments.map(async (each) => `${each.name}: ${await (await fetch(url + each.url)).text()}`),
  );
}

function until(upload: Upload, isThere: (state: UploadState) => boolean): Promise<UploadState> {
  return new Promise((resolve) => {
    const check = () => {
      if (!isThere(upload.getSnapshot())) return;
      unsubscribe();
      resolve(upload.getSnapshot());
    };
    const unsubscribe = upload.subscribe(check);
    check();
  });
}
