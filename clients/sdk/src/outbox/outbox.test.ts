import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock, startTestServer } from '@whisper/server/testing';
import { ChatIdSchema, type ChatId } from '@whisper/shared';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { FlakyLink } from '@whisper/server/testing/flaky-link';
import { entriesIn, meOf, openConversation, openDevice, patience, sees, textsOf } from '../../test/people.ts';
import type { WhisperClient } from '../create-whisper-client.ts';
import { fileStorage } from '../storage/file-storage.ts';
import { memoryStorage } from '../storage/memory-storage.ts';

describe('an outbox', () => {
  it('sends what was queued without a connection once there is one, in order', async () => {
    await using server = await startTestServer();
    await using link = await FlakyLink.open(server.url);
    const { alice, bob, chatId } = await openConversationOver(link, server.url);
    link.isDown = true;
    link.drop();
    await alice.store.when(({ connection }) => connection.status === 'offline');

    for (const text of ['one', 'two', 'three']) alice.store.send(chatId, text);
    expect(textsOf(alice, chatId)).toEqual(['pending: one', 'pending: two', 'pending: three']);
    link.isDown = false;

    await Promise.all([alice, bob].map((client) => sees(client, chatId, ['one', 'two', 'three'])));
  });

  it('survives a restart of the client', async () => {
    await using server = await startTestServer();
    await using link = await FlakyLink.open(server.url);
    const storage = fileStorage(makeFolder());
    const { alice, bob, chatId } = await openConversationOver(link, server.url, { storage });
    link.isDown = true;
    link.drop();
    for (const text of ['one', 'two', 'three']) alice.store.send(chatId, text);
    await expect.poll(() => entriesIn(storage, alice)).toHaveLength(3);
    alice.close();

    await openDevice(server.url, 'alice', { storage });

    await sees(bob, chatId, ['one', 'two', 'three']);
    await expect.poll(() => entriesIn(storage, alice)).toEqual([]);
  });

  it('stores a message once when the socket dies before the answer arrives', async () => {
    await using server = await startTestServer();
    await using link = await FlakyLink.open(server.url);
    const { alice, bob, chatId } = await openConversationOver(link, server.url);
    const { messageLog } = server.app;
    const store = messageLog.append.bind(messageLog);
    const append = vi.spyOn(messageLog, 'append').mockImplementation(store);
    append.mockImplementationOnce(async (...args) => {
      const message = await store(...args);
      link.drop();
      return message;
    });

    alice.store.send(chatId, 'only once');

    await alice.store.when(({ outbox }) => outbox.length === 0);
    await expect.poll(() => append).toHaveBeenCalledTimes(2);
    await Promise.all([alice, bob].map((client) => sees(client, chatId, ['only once'])));
  });

  it('stores a message once when two tabs find it in the same storage', async () => {
    await using server = await startTestServer();
    await using link = await FlakyLink.open(server.url);
    const storage = memoryStorage();
    const { alice, bob, chatId } = await openConversationOver(link, server.url, { storage });
    link.isDown = true;
    link.drop();
    alice.store.send(chatId, 'from a tab');
    alice.close();

    const tabs = await Promise.all([
      openDevice(server.url, 'alice', { storage }),
      openDevice(server.url, 'alice', { storage }),
    ]);

    await Promise.all(tabs.map(({ store }) => store.when(({ outbox }) => outbox.length === 0)));
    await sees(bob, chatId, ['from a tab']);
  });

  it('shows what the server refused as failed, sends on, and sends it again last when told to', async () => {
    await using server = await startTestServer();
    const { alice, bob, chatId } = await openConversation(server);
    vi.spyOn(server.app.messageLog, 'append').mockRejectedValueOnce(new Error('The disk is full'));
    const first = alice.store.send(chatId, 'first');
    alice.store.send(chatId, 'second');
    await sees(alice, chatId, ['second', 'failed: first']);

    alice.store.retry(first);

    await Promise.all([alice, bob].map((client) => sees(client, chatId, ['second', 'first'])));
  });

  it('forgets what was refused when told to', async () => {
    await using server = await startTestServer();
    const storage = memoryStorage();
    const alice = await openDevice(server.url, 'alice', { storage });
    const clientId = alice.store.send(unknownChatId, 'to nobody');
    const { outbox } = await alice.store.when((snapshot) => snapshot.outbox[0]?.failure !== undefined);
    expect(outbox[0]?.failure?.code).toBe('NOT_FOUND');

    alice.store.discard(clientId);

    expect(alice.store.getSnapshot().outbox).toEqual([]);
    await expect.poll(() => entriesIn(storage, alice)).toEqual([]);
  });

  it('waits out the server’s rate limit and loses nothing to it', async () => {
    await using server = await startTestServer({ env: { RATE_LIMITS: 'on' } });
    const clock = new ManualClock();
    const { alice, bob, chatId } = await openConversation(server, { clock });
    const spend = vi.spyOn(server.app.rateLimits, 'spend');
    await spend({ budget: 'message.send', points: 100 }, meOf(alice).id);

    alice.store.send(chatId, 'patience');
    await expect.poll(() => spend.mock.settledResults.some(({ type }) => type === 'rejected')).toBe(true);
    expect(textsOf(alice, chatId)).toEqual(['pending: patience']);
    spend.mockResolvedValue();
    await vi.waitFor(() => {
      clock.advance(5_500);
      expect(textsOf(alice, chatId)).toEqual(['patience']);
    }, patience);

    await sees(bob, chatId, ['patience']);
  });

  it('refuses a text that could never be sent', async () => {
    await using server = await startTestServer();
    const { alice, chatId } = await openConversation(server);

    expect(() => alice.store.send(chatId, '  ')).toThrow();
    expect(() => alice.store.send(chatId, 'x'.repeat(8_001))).toThrow();

    expect(alice.store.getSnapshot().outbox).toEqual([]);
  });
});

const unknownChatId = ChatIdSchema.parse('f'.repeat(24));

/** Alice’s device is behind the link, Bob’s is not. */
async function openConversationOver(
  link: FlakyLink,
  url: string,
  options: Parameters<typeof openDevice>[2] = {},
): Promise<{ alice: WhisperClient; bob: WhisperClient; chatId: ChatId }> {
  const [alice, bob] = await Promise.all([openDevice(link.url, 'alice', options), openDevice(url, 'bob')]);
  const chat = await alice.store.openDirect(meOf(bob).id);
  await bob.store.openChat(chat.id);
  return { alice, bob, chatId: chat.id };
}

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'whisper-outbox-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
