import type { ChatLog } from '@whisper/shared';
import { ManualClock } from '@whisper/server/testing';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { alice, buildLog } from '../../test/build-log.ts';
import type { DeviceStorage } from '../storage/device-storage.ts';
import { memoryStorage } from '../storage/memory-storage.ts';
import { ChatCache, type Held } from './chat-cache.ts';
import type { Home } from './records.ts';

const nothing: Home = { me: alice, chats: [], marks: [], chatsPosition: 'c:1' };

describe('a chat cache', () => {
  it('gives back what was held, the newest messages of a chat at their log position', async () => {
    const storage = memoryStorage();
    const log = buildLog({ messages: 130, hasOlder: false });
    const home = { ...nothing, marks: [{ chatId: log.chatId, seq: 3 }] };
    await keeps(storage, { ...home, logs: new Map([[log.chatId, log]]) });

    const { cache } = opens(storage);

    expect(await cache.open()).toMatchObject(home);
    expect(await cache.openLog(log.chatId)).toEqual({
      ...log,
      messages: log.messages.slice(30),
      hasOlder: true,
    });
  });

  it('keeps the messages of no more than fifty chats, those that changed last', async () => {
    const storage = memoryStorage();
    const logs = Array.from({ length: 60 }, () => buildLog({ messages: 1, hasOlder: false }));
    const holds = (some: readonly ChatLog[]) => ({
      ...nothing,
      logs: new Map(some.map((log) => [log.chatId, log])),
    });
    await keeps(storage, holds(logs.slice(0, 50)));
    await keeps(storage, holds(logs.slice(50)));

    const { cache } = opens(storage);
    await cache.open();
    const kept = await Promise.all(logs.map(({ chatId }) => cache.openLog(chatId)));

    expect(kept.filter((log) => log)).toHaveLength(50);
    expect(kept.slice(50)).toEqual(logs.slice(50));
  });

  it('shows nothing of another account, and erases it', async () => {
    const storage = memoryStorage();
    const log = buildLog({ messages: 1, hasOlder: false });
    const state = { ...nothing, logs: new Map([[log.chatId, log]]) };
    await storage.setItem('theme', 'dark');
    await keeps(storage, state);
    const { cache, onError } = opens(storage, 'bob');

    expect(await cache.open()).toBeUndefined();
    expect(await cache.openLog(log.chatId)).toBeUndefined();
    await cache.settled();

    expect(await storage.getAllKeys()).toEqual(['theme', 'whisper:cache:owner']);
    expect(onError).not.toHaveBeenCalled();
  });

  it('believes no messages without what says up to where they are known', async () => {
    const storage = memoryStorage();
    const log = buildLog({ messages: 1, hasOlder: false });
    await keeps(storage, { ...nothing, logs: new Map([[log.chatId, log]]) });
    await storage.removeItem('whisper:cache:home');
    const { cache } = opens(storage);

    await cache.open();

    expect(await cache.openLog(log.chatId)).toBeUndefined();
    await cache.settled();
    expect(await storage.getAllKeys()).toEqual(['whisper:cache:owner']);
  });

  it('says of no messages that they are known further than they are kept', async () => {
    const storage = memoryStorage();
    const log = buildLog({ messages: 1, hasOlder: false });
    const known = { ...nothing, logs: new Map([[log.chatId, log]]) };
    await keeps(storage, known);
    const clock = new ManualClock();
    const changed = { ...log, messages: [] };
    const held = { ...known, chatsPosition: 'c:2', logs: new Map([[log.chatId, changed]]) };
    const setItem = vi.fn<DeviceStorage['setItem']>((key, text) => storage.setItem(key, text));
    setItem.mockRejectedValueOnce(new Error('It is full'));
    const connection = { clock, onError: vi.fn<(error: unknown) => void>() };
    const failing = { ...storage, setItem };
    const cache = new ChatCache({ storage: failing, account: 'alice', connection, read: () => held });
    await cache.open();
    cache.changed();
    clock.advance(1_000);
    await vi.waitFor(() => expect(connection.onError).toHaveBeenCalledOnce());
    await cache.settled();

    clock.advance(1_000);
    await cache.settled();

    const { cache: next } = opens(storage);
    expect([await next.open(), await next.openLog(log.chatId)]).toMatchObject([
      { ...nothing, chatsPosition: 'c:2' },
      changed,
    ]);
  });

  it('goes on from the position before when the storage was full between two chats', async () => {
    const storage = memoryStorage();
    const logs = [1, 2].map((messages) => buildLog({ messages, hasOlder: false }));
    const holds = (some: readonly ChatLog[]) => new Map(some.map((log) => [log.chatId, log]));
    await keeps(storage, { ...nothing, logs: holds(logs) });
    const later = logs.map((log) => ({ ...log, rev: log.rev + 1 }));
    const setItem = vi.fn<DeviceStorage['setItem']>((key, text) => {
      if (setItem.mock.calls.length > 1) throw new Error('It is full');
      return storage.setItem(key, text);
    });
    const held = { ...nothing, chatsPosition: 'c:2', logs: holds(later) };
    const connection = { clock: new ManualClock(), onError: vi.fn<(error: unknown) => void>() };
    const full = { ...storage, setItem };
    const cache = new ChatCache({ storage: full, account: 'alice', connection, read: () => held });
    await cache.open();
    cache.changed();
    connection.clock.advance(1_000);
    await cache.settled();
    cache.close();

    const { cache: next } = opens(storage);
    expect(await next.open()).toMatchObject({ chatsPosition: 'c:1' });
    const kept = await Promise.all(logs.map(({ chatId }) => next.openLog(chatId)));
    expect(kept).toEqual([later[0], logs[1]]);
  });

  it.each([
    ['is of another version', (text: string) => text.replace('"version":2', '"version":1'), false],
    ['was cut short', (text: string) => text.slice(0, 90), true],
    [
      'lacks what is needed',
      (text: string) => text.replaceAll('"rev"', '"ref"').replace('"me"', '"you"'),
      true,
    ],
    ['is something else', () => '"hello"', true],
  ])('drops what %s', async (_, spoil, isWarned) => {
    const storage = memoryStorage();
    const log = buildLog({ messages: 1, hasOlder: false });
    await keeps(storage, { ...nothing, logs: new Map([[log.chatId, log]]) });
    for (const key of await storage.getAllKeys()) {
      await storage.setItem(key, spoil((await storage.getItem(key)) ?? ''));
    }
    const { cache, onError } = opens(storage);

    expect(await cache.open()).toBeUndefined();
    expect(await cache.openLog(log.chatId)).toBeUndefined();

    expect(onError.mock.calls.length > 0).toBe(isWarned);
  });

  it('waits a moment for a storage that never answers, and then goes on without', async () => {
    const never = () => new Promise<never>(() => undefined);
    const clock = new ManualClock();
    const storage = { getAllKeys: never, getItem: never, setItem: never, removeItem: never };
    const { cache, onError } = opens(storage, 'alice', clock);

    const opening = cache.open();
    await vi.waitFor(async () => {
      clock.advance(2_000);
      expect(onError).toHaveBeenCalled();
    });
    clock.advance(2_000);

    expect(await opening).toBeUndefined();
  });
});

/** A process that holds this, and ends. */
async function keeps(storage: DeviceStorage, held: Held): Promise<void> {
  const clock = new ManualClock();
  const connection = { clock, onError: vi.fn<(error: unknown) => void>() };
  const cache = new ChatCache({ storage, account: 'alice', connection, read: () => held });
  await cache.open();
  cache.changed();
  clock.advance(1_000);
  await cache.settled();
  expect(connection.onError).not.toHaveBeenCalled();
}

function opens(storage: DeviceStorage, account = 'alice', clock = new ManualClock()) {
  const onError = vi.fn<(error: unknown) => void>();
  const cache = new ChatCache({ storage, account, connection: { clock, onError }, read: () => undefined });
  onTestFinished(() => cache.close());
  return { cache, onError };
}
