import { ManualClock, startTestServer } from '@whisper/server/testing';
import { FlakyLink } from '@whisper/server/testing/flaky-link';
import { describe, expect, it, vi } from 'vitest';
import { meOf, openConversation, openDevice, sees, statusBecomes } from '../../test/people.ts';
import { browserStorage } from './browser-storage.ts';
import { memoryStorage } from './memory-storage.ts';
import type { OutboxStorage, StoredEntry } from './outbox-storage.ts';
import { buildDraft } from './outbox-storage.contract.ts';

const full = () => {
  throw new Error('The quota has been exceeded');
};
const never = () => new Promise<never>(() => undefined);

const troubles: readonly (readonly [string, () => OutboxStorage])[] = [
  // Node has no localStorage, so that touching it throws, as it does where a browser forbids it.
  ['may not be touched', () => browserStorage()],
  ['throws when it is read', () => ({ ...memoryStorage(), list: full })],
  ['rejects when it is read', () => ({ ...memoryStorage(), list: async () => full() })],
  ['never says what it holds', () => ({ ...memoryStorage(), list: never })],
  ['is full', () => ({ ...memoryStorage(), put: full })],
  ['cannot remove', () => ({ ...memoryStorage(), remove: full })],
  ['never answers', () => ({ list: never, put: never, remove: never })],
];

describe('a storage in trouble', () => {
  it.each(troubles)('that %s keeps nobody from sending, and is told of', async (_, open) => {
    await using server = await startTestServer();
    const clock = new ManualClock();
    const onError = vi.fn<(error: unknown) => void>();
    const { alice, bob, chatId } = await openConversation(server, { storage: open(), clock, onError });

    for (const text of ['one', 'two']) alice.store.send(chatId, text);
    await vi.waitFor(() => {
      clock.advance(1_000);
      expect(alice.store.getSnapshot().outbox).toEqual([]);
    });

    await Promise.all([alice, bob].map((client) => sees(client, chatId, ['one', 'two'])));
    await vi.waitFor(() => expect(onError).toHaveBeenCalledWith(expect.any(Error)));
  });

  it('is offered again what it did not take', async () => {
    await using server = await startTestServer();
    await using link = await FlakyLink.open(server.url);
    const clock = new ManualClock();
    const shelf = memoryStorage();
    const put = vi.fn<OutboxStorage['put']>((userId, draft) => shelf.put(userId, draft));
    for (let time = 0; time < 3; time += 1) put.mockImplementationOnce(full);
    const alice = await openDevice(link.url, 'alice', { storage: { ...shelf, put }, clock });
    const chat = await alice.store.openDirect(meOf(await openDevice(server.url, 'bob')).id);
    link.cut();
    await statusBecomes(alice, 'offline');

    for (const text of ['one', 'two']) alice.store.send(chat.id, text);

    await vi.waitFor(async () => {
      clock.advance(1_000);
      expect(await shelf.list(meOf(alice).id)).toHaveLength(2);
    });
  });

  it('is read again until it answers, and what it holds is then sent once', async () => {
    await using server = await startTestServer();
    const clock = new ManualClock();
    const shelf = memoryStorage();
    const { alice: earlier, bob, chatId } = await openConversation(server);
    earlier.close();
    void shelf.put(meOf(earlier).id, buildDraft({ chatId, text: 'from yesterday' }));
    const list = vi
      .fn<OutboxStorage['list']>((userId) => shelf.list(userId))
      .mockImplementationOnce(full)
      .mockImplementationOnce(async () => full());

    await openDevice(server.url, 'alice', { storage: { ...shelf, list }, clock });
    await vi.waitFor(() => {
      clock.advance(1_000);
      expect(list).toHaveBeenCalledTimes(3);
    });

    await sees(bob, chatId, ['from yesterday']);
  });

  it('that answers late does not bring back what was sent meanwhile', async () => {
    await using server = await startTestServer();
    const clock = new ManualClock();
    const shelf = memoryStorage();
    const kept: StoredEntry[] = [];
    let answer: (drafts: readonly StoredEntry[]) => void = () => undefined;
    const storage: OutboxStorage = {
      ...shelf,
      list: () => new Promise((resolve) => (answer = resolve)),
      put: (_, draft) => void kept.push(draft),
    };
    const { alice, bob, chatId } = await openConversation(server, { storage, clock });
    const append = vi.spyOn(server.app.messageLog, 'append');
    alice.store.send(chatId, 'now');
    await vi.waitFor(() => {
      clock.advance(1_000);
      expect(alice.store.getSnapshot().outbox).toEqual([]);
    });

    answer([...kept, buildDraft({ chatId, text: 'then' })]);

    await sees(bob, chatId, ['now', 'then']);
    expect(append).toHaveBeenCalledTimes(2);
  });
});
