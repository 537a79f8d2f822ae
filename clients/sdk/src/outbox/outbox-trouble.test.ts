import { ManualClock, startTestServer } from '@whisper/server/testing';
import { FlakyLink } from '@whisper/server/testing/flaky-link';
import { describe, expect, it, vi } from 'vitest';
import {
  entriesIn,
  meOf,
  openConversation,
  openDevice,
  patience,
  sees,
  statusBecomes,
} from '../../test/people.ts';
import { browserStorage } from '../storage/browser-storage.ts';
import { memoryStorage } from '../storage/memory-storage.ts';
import type { DeviceStorage } from '../storage/device-storage.ts';
import { EntryShelf } from './entry-shelf.ts';
import { buildDraft } from '../../test/build-draft.ts';

const full = () => {
  throw new Error('The quota has been exceeded');
};
const never = () => new Promise<never>(() => undefined);

const troubles: readonly (readonly [string, () => DeviceStorage])[] = [
  // Node has no localStorage, so that touching it throws, as it does where a browser forbids it.
  ['may not be touched', () => browserStorage()],
  ['throws when it is read', () => ({ ...memoryStorage(), getAllKeys: full })],
  ['rejects when it is read', () => ({ ...memoryStorage(), getAllKeys: async () => full() })],
  ['never says what it holds', () => ({ ...memoryStorage(), getItem: never, getAllKeys: never })],
  ['is full', () => ({ ...memoryStorage(), setItem: full })],
  ['cannot remove', () => ({ ...memoryStorage(), removeItem: full })],
  ['never answers', () => ({ getAllKeys: never, getItem: never, setItem: never, removeItem: never })],
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
    }, patience);

    await Promise.all([alice, bob].map((client) => sees(client, chatId, ['one', 'two'])));
    await expect.poll(() => onError).toHaveBeenCalledWith(expect.any(Error));
  });

  it('is offered again what it did not take', async () => {
    await using server = await startTestServer();
    await using link = await FlakyLink.open(server.url);
    const clock = new ManualClock();
    const shelf = memoryStorage();
    const setItem = vi.fn<DeviceStorage['setItem']>((key, text) => shelf.setItem(key, text));
    for (let time = 0; time < 3; time += 1) setItem.mockImplementationOnce(full);
    const alice = await openDevice(link.url, 'alice', { storage: { ...shelf, setItem }, clock });
    const chat = await alice.store.openDirect(meOf(await openDevice(server.url, 'bob')).id);
    link.cut();
    await statusBecomes(alice, 'offline');

    for (const text of ['one', 'two']) alice.store.send(chat.id, text);

    await vi.waitFor(async () => {
      clock.advance(1_000);
      expect(await entriesIn(shelf, alice)).toHaveLength(2);
    }, patience);
  });

  it('is read again until it answers, and what it holds is then sent once', async () => {
    await using server = await startTestServer();
    const clock = new ManualClock();
    const shelf = memoryStorage();
    const { alice: earlier, bob, chatId } = await openConversation(server);
    earlier.close();
    void new EntryShelf(shelf, meOf(earlier).id).put(buildDraft({ chatId, text: 'from yesterday' }));
    const getAllKeys = vi
      .fn<DeviceStorage['getAllKeys']>(() => shelf.getAllKeys())
      .mockImplementationOnce(full)
      .mockImplementationOnce(async () => full());

    await openDevice(server.url, 'alice', { storage: { ...shelf, getAllKeys }, clock });
    await vi.waitFor(() => {
      clock.advance(1_000);
      expect(getAllKeys).toHaveBeenCalledTimes(3);
    }, patience);

    await sees(bob, chatId, ['from yesterday']);
  });

  it('that answers late does not bring back what was sent meanwhile', async () => {
    await using server = await startTestServer();
    const clock = new ManualClock();
    const shelf = memoryStorage();
    let answer: (keys: readonly string[]) => void = () => undefined;
    const storage: DeviceStorage = {
      ...shelf,
      getAllKeys: () => new Promise((resolve) => (answer = resolve)),
      removeItem: () => undefined,
    };
    const { alice, bob, chatId } = await openConversation(server, { storage, clock });
    const append = vi.spyOn(server.app.messageLog, 'append');
    alice.store.send(chatId, 'now');
    await vi.waitFor(() => {
      clock.advance(1_000);
      expect(alice.store.getSnapshot().outbox).toEqual([]);
    }, patience);

    void new EntryShelf(shelf, meOf(alice).id).put(buildDraft({ chatId, text: 'then' }));
    answer(await shelf.getAllKeys());

    await sees(bob, chatId, ['now', 'then']);
    expect(append).toHaveBeenCalledTimes(2);
  });
});
