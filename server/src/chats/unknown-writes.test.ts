import type { ChatEvent, ChatId, MessageEvent } from '@whisper/shared';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { collect, ManualClock, startTestServer, type TestServer } from '../testing/index.ts';
import { ReplicaSetFront } from '../testing/replica-set-front.ts';

const clock = new ManualClock();
let front: ReplicaSetFront;
let server: TestServer;
beforeAll(async () => {
  front = await ReplicaSetFront.open(inject('mongoUri'));
  const mongoUri = front.uriOf(`test-${randomUUID()}`);
  server = await startTestServer({ clock, sameDatabaseAs: { mongoUri }, isAlone: true });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await front[Symbol.asyncDispose]();
});

/** The next command of that name is lost on its way; resolves, when it was refused, with what lets it arrive. */
async function holdBack(command: string, act: () => Promise<unknown>): Promise<() => void> {
  let arrive: () => void = () => undefined;
  const holds = (late: () => void) => {
    arrive = late;
  };
  // The driver asks once more.
  front.faults.push({ command, holds }, { command, refusal: { code: 50, errmsg: 'too late' } });
  await expect(act()).rejects.toMatchObject({ data: { isRetryable: true } });
  return arrive;
}

const deviceOf = async (name: string) => {
  const { api } = await server.signIn(name);
  return {
    api,
    changes: (lastEventId?: string) =>
      collect<{ id: string; data: ChatEvent }>((on) => api.chat.onChange.subscribe({ lastEventId }, on)),
    messages: (lastEventId?: string) =>
      collect<{ id: string; data: MessageEvent }>((on) => api.message.onEvent.subscribe({ lastEventId }, on)),
  };
};

const isSynced = (items: readonly { data: { type: string } }[]) => items.at(-1)?.data.type === 'synced';

/** Two people and their chat, in which nothing happened lately. */
async function open(name: string) {
  const [alice, bob] = await Promise.all(['alice', 'bob'].map((who) => server.signIn(`${name}-${who}`)));
  if (!alice || !bob) throw new Error('Nobody came');
  const chat = await alice.api.chat.openDirect.mutate({ userId: bob.me.id });
  const send = (chatId: ChatId) =>
    alice.api.message.send.mutate({ chatId, text: 'hello', clientId: randomUUID() });
  await send(chat.id);
  clock.advance(30_000);
  // Who she is is looked up again after a while.
  await alice.api.chat.get.query({ chatId: chat.id });
  return { alice, chat, send };
}

describe('what the database does long after it was refused', () => {
  it('to a chat of a person is told to their devices that were away', async () => {
    const { alice, chat } = await open('pinned');
    const arrive = await holdBack('findAndModify', () =>
      alice.api.chat.setMine.mutate({ chatId: chat.id, pinned: true }),
    );
    clock.advance(20_000);
    const away = await (await deviceOf('pinned-alice')).changes().until(isSynced);
    arrive();
    const device = await deviceOf('pinned-alice');
    const pinnedAt = async () => (await device.api.chat.get.query({ chatId: chat.id })).pinnedAt;
    await expect.poll(pinnedAt).toEqual(expect.any(Date));

    const told = await device.changes(away.at(-1)?.id).until(isSynced);

    expect(told.map(({ data }) => data)).toContainEqual({ type: 'changed', chatId: chat.id, group: null });
  });

  it('to a log is told to devices that were away, and to those that came before it did', async () => {
    const { alice, chat, send } = await open('sent');
    const arrive = await holdBack('insert', () => send(chat.id));
    clock.advance(20_000);
    const bob = await deviceOf('sent-bob');
    const away = await bob.messages().until(isSynced);
    const live = bob.messages();
    await live.until(isSynced);
    arrive();
    const list = () => alice.api.message.list.query({ chatId: chat.id });
    await expect.poll(async () => (await list()).messages).toHaveLength(2);
    await send(chat.id);

    const told = await bob.messages(away.at(-1)?.id).until(isSynced);

    const seqsOf = (items: readonly { data: MessageEvent }[]) =>
      items.flatMap(({ data }) => ('message' in data ? [data.message.seq] : []));
    expect(seqsOf(told)).toEqual(expect.arrayContaining([2, 3]));
    expect(seqsOf(await live.until((items) => seqsOf(items).includes(3)))).toEqual([2, 3]);
  });
});
