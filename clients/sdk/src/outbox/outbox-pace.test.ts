import { TRPCError } from '@trpc/server';
import { startTestServer } from '@whisper/server/testing';
import { fillChats } from '@whisper/server/testing/fill-chats';
import { FlakyLink } from '@whisper/server/testing/flaky-link';
import { describe, expect, it, vi } from 'vitest';
import { entriesIn, meOf, openConversation, openDevice, sees, statusBecomes } from '../../test/people.ts';
import type { WhisperClient } from '../create-whisper-client.ts';
import { nodeWebSocket } from '../node-socket.ts';
import { memoryStorage } from '../storage/memory-storage.ts';
import { EntryShelf } from './entry-shelf.ts';
import { isDraft } from './entry.ts';
import { buildDraft } from '../../test/build-draft.ts';

/** The longest text there is: characters of three bytes each. */
const longest = '漢'.repeat(8_000);

describe('an outbox with much to send', () => {
  it.each([
    ['short texts', 'hello'],
    ['long ones', 'x'.repeat(7_900)],
    ['the longest ones', longest],
  ])(
    'sends %s to 40 chats in one tick, in frames that a server takes',
    async (_, text) => {
      await using server = await startTestServer();
      const sizes: number[] = [];
      const WebSocket = watchFrames((size) => sizes.push(size) > 0);
      const alice = await openDevice(server.url, 'alice', { WebSocket });
      const chatIds = await fillChats(server, alice.api, 40);

      for (const chatId of chatIds) alice.store.send(chatId, text);
      await alice.store.when(({ outbox }) => outbox.length === 0);

      expect(await lastTextsOf(alice)).toEqual(chatIds.map(() => text));
      expect(Math.max(...sizes)).toBeLessThan(200 * 1024);
    },
    60_000,
  );

  it('sends long texts right behind its sign-in, on the first socket that it gets back', async () => {
    await using server = await startTestServer();
    await using link = await FlakyLink.open(server.url);
    const alice = await openDevice(link.url, 'alice');
    const chatIds = await fillChats(server, alice.api, 10);
    link.cut();
    await statusBecomes(alice, 'offline');
    for (const chatId of chatIds) alice.store.send(chatId, longest);
    const remove = vi.spyOn(server.app.connections, 'remove');

    link.restore();
    await alice.store.when(({ outbox }) => outbox.length === 0);

    expect(remove).not.toHaveBeenCalled();
    expect(await lastTextsOf(alice)).toEqual(chatIds.map(() => longest));
  });

  it('drains what version 0.1.0 left: many long drafts, and some that were refused as a bundle', async () => {
    await using server = await startTestServer();
    const storage = memoryStorage();
    const { alice, bob, chatId } = await openConversation(server);
    alice.close();
    const drafts = Array.from({ length: 30 }, (_, index) =>
      buildDraft({
        chatId,
        queuedAt: index,
        text: `${index} ${longest}`.slice(0, 8_000),
        ...(index % 2 === 0 && { failure: { code: 'BAD_REQUEST', message: 'Too many messages' } }),
      }),
    );
    for (const draft of drafts) await new EntryShelf(storage, meOf(alice).id).put(draft);

    const later = await openDevice(server.url, 'alice', { storage });

    await sees(
      bob,
      chatId,
      drafts.map(({ text }) => text),
    );
    await expect.poll(() => entriesIn(storage, later)).toEqual([]);
  });

  it('sends each alone after all together were refused, and gives up only what is refused alone', async () => {
    await using server = await startTestServer();
    const alice = await openDevice(server.url, 'alice');
    const chatIds = await fillChats(server, alice.api, 20);
    const { messageLog } = server.app;
    const append = messageLog.append.bind(messageLog);
    let running = 0;
    vi.spyOn(messageLog, 'append').mockImplementation(async (membership, wanted) => {
      running += 1;
      try {
        if (running > 1 || wanted.text === 'bad') throw new TRPCError({ code: 'BAD_REQUEST' });
        return await append(membership, wanted);
      } finally {
        running -= 1;
      }
    });

    chatIds.forEach((chatId, index) => alice.store.send(chatId, index === 5 ? 'bad' : `${index}`));
    const { outbox } = await alice.store.when((snapshot) => snapshot.outbox.every(({ failure }) => failure));

    expect(outbox.filter(isDraft).map(({ text, failure }) => [text, failure?.code])).toEqual([
      ['bad', 'BAD_REQUEST'],
    ]);
  });

  it('sends one message a frame once frames were too large, and gives up only what is too large alone', async () => {
    await using server = await startTestServer();
    let closedCount = 0;
    const WebSocket = watchFrames((size) => {
      if (size < 9_000) return true;
      closedCount += 1;
      server.app.connections.closeUser(meOf(alice).id, 'frameTooLarge');
      return false;
    });
    const alice = await openDevice(server.url, 'alice', { WebSocket });
    const chatIds = await fillChats(server, alice.api, 5);

    for (const chatId of chatIds)
      alice.store.send(chatId, chatId === chatIds[3] ? longest : 'y'.repeat(7_000));
    const { outbox } = await alice.store.when((snapshot) => snapshot.outbox.every(({ failure }) => failure));

    expect(outbox.map(({ chatId, failure }) => [chatId, failure?.code])).toEqual([
      [chatIds[3], 'PAYLOAD_TOO_LARGE'],
    ]);
    expect(closedCount).toBe(2);
  });
});

/** A socket whose frames are shown to `pass`, by their size in bytes, and dropped when it says so. */
function watchFrames(pass: (size: number) => boolean): typeof WebSocket {
  return class extends nodeWebSocket {
    override send(data: string): void {
      if (pass(Buffer.byteLength(data))) super.send(data);
    }
  };
}

async function lastTextsOf({ api }: WhisperClient): Promise<(string | undefined)[]> {
  const { chats } = await api.chat.list.query({ limit: 50 });
  return chats.map(({ lastMessage }) => lastMessage?.text);
}
