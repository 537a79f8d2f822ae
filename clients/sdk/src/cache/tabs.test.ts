import { ManualClock } from '@whisper/server/testing';
import type { ChatLog } from '@whisper/shared';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { alice, buildLog } from '../../test/build-log.ts';
import { storages } from '../../test/storages.ts';
import type { DeviceStorage } from '../storage/device-storage.ts';
import { ChatCache } from './chat-cache.ts';

describe.each(Object.entries(storages))('tabs that share a cache in %s', (_, open) => {
  it('believe no messages that lack what another of them was told', async () => {
    const storage = open();
    const { log, changed } = buildChange();
    await (await openTab(storage, log)).keep();
    const [hearing, deaf] = [await openTab(storage, log), await openTab(storage, log)];

    await hearing.tell(changed);
    await hearing.keep();
    await deaf.keep();
    await hearing.keep();

    const next = await openTab(storage);
    expect(await next.cache.openLog(log.chatId)).toEqual(changed);
    await next.cache.settled();
    expect((await storage.getAllKeys()).filter((key) => key.includes(log.chatId))).toHaveLength(1);
  });

  it('believe the messages of one that has not heard with the position of that one', async () => {
    const storage = open();
    const { log, changed } = buildChange();
    await (await openTab(storage, log)).keep();
    const [hearing, deaf] = [await openTab(storage, log), await openTab(storage, log)];

    await hearing.tell(changed);
    await hearing.keep();
    await deaf.keep();

    const next = await openTab(storage);
    expect([next.openedAt, await next.cache.openLog(log.chatId)]).toEqual([deaf.position(), log]);
  });

  it('keep what was told together of messages that all of them have', async () => {
    const storage = open();
    const { log } = buildChange();
    await (await openTab(storage, log)).keep();
    const tabs = [await openTab(storage, log), await openTab(storage)];
    for (const tab of [...tabs, ...tabs]) await tab.keep();

    const next = await openTab(storage);
    expect(await next.cache.openLog(log.chatId)).toEqual(log);
  });

  it('write nothing any more once the person left in one of them', async () => {
    const storage = open();
    const { log } = buildChange();
    const tabs = [await openTab(storage, log), await openTab(storage, log)];
    for (const tab of tabs) await tab.keep();

    tabs[0]?.cache.close();
    await tabs[0]?.cache.erase();
    await tabs[1]?.keep();

    expect(await storage.getAllKeys()).toEqual([]);
  });
});

/** A chat of which a message is hidden, which its log does not tell. */
function buildChange() {
  const log = buildLog({ messages: 2, hasOlder: false });
  return { log, changed: { ...log, messages: log.messages.slice(1) } };
}

/** A tab that holds the messages of one chat, or of none. Each of its writes is of a later position. */
async function openTab(storage: DeviceStorage, log?: ChatLog) {
  const clock = new ManualClock();
  const connection = { clock, onError: vi.fn<(error: unknown) => void>() };
  let logs = new Map(log && [[log.chatId, { ...log }]]);
  const name = crypto.randomUUID();
  let writes = 0;
  const position = () => `${name} ${writes}`;
  const read = () => ({ me: alice, chats: [], marks: [], chatsPosition: position(), logs });
  const cache = new ChatCache({ storage, account: 'alice', connection, read });
  onTestFinished(() => cache.close());
  const home = await cache.open();
  return {
    cache,
    position,
    openedAt: home?.chatsPosition,
    async keep() {
      writes += 1;
      cache.changed();
      clock.advance(1_000);
      await cache.settled();
    },
    async tell(now: ChatLog) {
      logs = new Map([[now.chatId, now]]);
      await cache.forgetLog(now.chatId);
    },
  };
}
