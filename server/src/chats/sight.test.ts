import {
  applyChanges,
  applyEvent,
  startLog,
  ChatIdSchema,
  type Chat,
  type ChatEvent,
  type ChatId,
  type ChatLog,
  type MessageEvent,
} from '@whisper/shared';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  collect,
  openChat,
  openGroup,
  startTestServer,
  type TestClient,
  type TestServer,
} from '../testing/index.ts';
import { hideMessage } from './hide-message.ts';
import { requireParticipant } from './require-participant.ts';
import { everything, isShown, KnownSights } from './sight.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const send = ({ api }: TestClient, { id }: Chat, text: string) =>
  api.message.send.mutate({ chatId: id, text, clientId: randomUUID() });

const textsOf = async ({ api }: TestClient, chatId: string) =>
  (await api.message.list.query({ chatId })).messages.map(({ text, system }) => system?.type ?? text);

/** A log that is followed live, and what was reported missing in it. */
async function follow({ api }: TestClient, chatId: string, input: { chatId?: string }) {
  let log: ChatLog = startLog(chatId as Chat['id'], await api.message.list.query({ chatId }));
  const gaps: number[] = [];
  const events = collect<{ data: MessageEvent }>((on) =>
    api.message.onEvent.subscribe(input, {
      ...on,
      onData(item: { data: MessageEvent }) {
        if (item.data.type === 'created' || item.data.type === 'updated') {
          const applied = applyEvent(log, item.data);
          log = applied.log;
          if (applied.gapAfterRev !== undefined) gaps.push(applied.gapAfterRev);
        }
        on.onData(item);
      },
    }),
  );
  await events.until(({ length }) => length > 0);
  return { events, gaps, log: () => log };
}

describe('who comes into a group that hides its history', () => {
  it('sees what is written from then on, and nothing of what others do to what was before', async () => {
    const { people, chat } = await openGroup(server, 'ann', 'bo');
    const [ann, bo] = people as [TestClient, TestClient];
    const cy = await server.signIn('cy');
    await ann.api.chat.update.mutate({ chatId: chat.id, historyVisible: false });
    const before = await send(ann, chat, 'before');
    const all = collect<{ data: MessageEvent }>((on) => cy.api.message.onEvent.subscribe({}, on));
    await all.until(({ length }) => length > 0);
    await ann.api.chat.addMembers.mutate({ chatId: chat.id, userIds: [cy.me.id] });
    expect(await textsOf(cy, chat.id)).toEqual(['memberAdded']);
    expect(await textsOf(bo, chat.id)).toContain('before');

    const followed = await follow(cy, chat.id, { chatId: chat.id });
    await ann.api.message.edit.mutate({ messageId: before.id, text: 'a secret' });
    await bo.api.message.react.mutate({ messageId: before.id, emoji: '👍', on: true });
    const reply = await bo.api.message.send.mutate({
      chatId: chat.id,
      text: 'an answer',
      clientId: randomUUID(),
      replyTo: before.id,
    });
    expect(reply.replyTo).not.toBeNull();
    await send(bo, chat, 'the end');
    const isLast = ({ data }: { data: MessageEvent }) =>
      data.type === 'created' && data.message.text === 'the end';
    await Promise.all([followed.events, all].map((each) => each.until((items) => items.some(isLast))));

    const { messages } = await cy.api.message.list.query({ chatId: chat.id });
    expect(messages.map(({ text, replyTo }) => [text, replyTo])).toEqual([
      ['ann added cy', null],
      ['an answer', null],
      ['the end', null],
    ]);
    expect(followed.log().messages).toEqual(messages);
    expect(followed.gaps).toEqual([]);
    const changes = await cy.api.message.changes.query({ chatId: chat.id, afterRev: 0 });
    expect(changes.messages).toEqual(messages);
    expect(JSON.stringify([followed.events.items, all.items, changes])).not.toMatch(/secret|before/);
    await expect(cy.api.message.edits.query({ messageId: before.id })).rejects.toThrow('Message not found');
    const reacted = await cy.api.message.react.mutate({ messageId: reply.id, emoji: '👍', on: true });
    expect(reacted).toMatchObject({ text: 'an answer', replyTo: null, reactions: [{ emoji: '👍' }] });
    followed.events.stop();
    all.stop();
  });
});

describe('a message that somebody deleted for themselves', () => {
  it('is not shown to them any more, whatever happens to it, and stays with the others', async () => {
    const { alice, bob, chat } = await openChat(server, 'alice', 'bob');
    const chatId = chat.id;
    const chats = collect<{ data: ChatEvent }>((on) => bob.api.chat.onChange.subscribe({}, on));
    await chats.until(({ length }) => length > 0);
    await send(alice, chat, 'stays');
    const hidden = await send(alice, chat, 'hidden');
    const live = [await follow(bob, chatId, { chatId }), await follow(bob, chatId, {})];
    const hide = { messageId: hidden.id, for: 'me' } as const;
    await bob.api.message.delete.mutate(hide);
    await bob.api.message.delete.mutate(hide);
    await chats.until((items) => items.some(({ data }) => data.type === 'hidden'));
    expect(chats.items.filter(({ data }) => data.type === 'hidden').map(({ data }) => data)).toEqual([
      { type: 'hidden', chatId, seqs: [2] },
    ]);
    expect(await bob.api.chat.get.query({ chatId })).toMatchObject({
      unread: 1,
      lastSeq: 2,
      lastMessage: { text: 'stays' },
    });

    await alice.api.message.edit.mutate({ messageId: hidden.id, text: 'changed' });
    await send(alice, chat, 'the end');
    for (const { events } of live) {
      await events.until((items) =>
        items.some(({ data }) => data.type === 'created' && data.message.text === 'the end'),
      );
      events.stop();
    }
    expect(JSON.stringify(live.map(({ events }) => events.items))).not.toContain('changed');
    expect(await textsOf(bob, chatId)).toEqual(['stays', 'the end']);
    expect(await textsOf(alice, chatId)).toEqual(['stays', 'changed', 'the end']);
    const { messages } = await bob.api.message.list.query({ chatId, around: 2, limit: 2 });
    expect(messages.map(({ text }) => text)).toEqual(['the end']);
    chats.stop();
  });
});

describe('what answers a message that somebody deleted for themselves', () => {
  it('quotes nothing to them, on every way to it, whatever becomes of the message', async () => {
    const { ida, joe, chat } = await openChat(server, 'ida', 'joe');
    const chatId = chat.id;
    const original = await send(ida, chat, 'original');
    const answer = (to: TestClient, text: string) =>
      to.api.message.send.mutate({ chatId, text, clientId: randomUUID(), replyTo: original.id });
    const early = await answer(ida, 'early');
    await joe.api.message.delete.mutate({ messageId: original.id, for: 'me' });
    const live = [await follow(joe, chatId, { chatId }), await follow(joe, chatId, {})];
    await answer(ida, 'late');
    const own = await answer(joe, 'own');
    expect(own.replyTo).toBeNull();

    await ida.api.message.edit.mutate({ messageId: original.id, text: 'changed' });
    const pinned = await joe.api.message.pin.mutate({ messageId: early.id, on: true });
    expect(pinned).toMatchObject({ text: 'early', replyTo: null });
    for (const { events } of live) {
      await events.until((items) =>
        items.some(({ data }) => data.type === 'updated' && data.message.pinnedAt !== null),
      );
      events.stop();
    }

    const { messages } = await joe.api.message.list.query({ chatId });
    expect(messages.map(({ text, replyTo }) => [text, replyTo])).toEqual([
      ['early', null],
      ['late', null],
      ['own', null],
    ]);
    for (const { log } of live) expect(log().messages).toEqual(messages);
    const { messages: changes } = await joe.api.message.changes.query({ chatId, afterRev: 0 });
    expect(changes.toSorted((one, other) => one.seq - other.seq)).toEqual(messages);
    expect(await joe.api.chat.get.query({ chatId })).toMatchObject({ lastMessage: { replyTo: null } });
    const { messages: theirs } = await ida.api.message.list.query({ chatId });
    expect(theirs.at(-1)).toMatchObject({ text: 'own', replyTo: { excerpt: 'changed' } });
  });
});

describe('what somebody does to a chat of theirs alone', () => {
  it('is refused when they are put out meanwhile, and none of their devices is told', async () => {
    const { people, chat } = await openGroup(server, 'dot', 'eve');
    const [dot, eve] = people as [TestClient, TestClient];
    const { seq } = await send(dot, chat, 'stays');
    const eveIn = { membership: await requireParticipant(server.app, chat.id, eve.me.id), userId: eve.me.id };
    const chats = collect<{ data: ChatEvent }>((on) => eve.api.chat.onChange.subscribe({}, on));
    await chats.until(({ length }) => length > 0);
    await dot.api.chat.removeMember.mutate({ chatId: chat.id, userId: eve.me.id });

    await expect(hideMessage(server.app, { ...eveIn, seq })).rejects.toThrow('Chat not found');

    await dot.api.chat.addMembers.mutate({ chatId: chat.id, userIds: [eve.me.id] });
    await chats.until((items) => items.some(({ data }) => data.type === 'new'));
    chats.stop();
    expect(chats.items.map(({ data }) => data.type)).toEqual(['synced', 'gone', 'new']);
    expect(await textsOf(eve, chat.id)).toContain('stays');
  });
});

describe('what a stream knows of what is shown', () => {
  it('is not forgotten when it was told while something older was read', () => {
    const sights = new KnownSights();
    const isShownIn = (chatId: ChatId) => isShown(sights.of(chatId), 2);
    const [listed, unlisted] = ['1', '2'].map((digit) => ChatIdSchema.parse(digit.repeat(24))) as [
      ChatId,
      ChatId,
    ];

    sights.beginReading();
    for (const chatId of [listed, unlisted]) sights.tell({ type: 'hidden', chatId, seqs: [2] });
    sights.learnAll(new Map([[listed, everything]]));
    expect([listed, unlisted].map(isShownIn)).toEqual([false, false]);
    sights.learn(listed, everything);
    expect(isShownIn(listed)).toBe(false);

    sights.beginReading();
    sights.learnAll(new Map());
    expect([listed, unlisted].map(isShownIn)).toEqual([true, true]);
  });
});

describe('what a chat is to one person', () => {
  it('is muted, pinned, archived and unread again on their devices alone, also after a lost connection', async () => {
    const { alice, bob, chat } = await openChat(server, 'mia', 'noa').then(({ mia, noa, chat }) => ({
      alice: mia,
      bob: noa,
      chat,
    }));
    const chatId = chat.id;
    for (const text of ['one', 'two', 'three']) await send(alice, chat, text);
    await bob.api.chat.markRead.mutate({ chatId, seq: 3 });
    const events = collect<{ id: string; data: ChatEvent }>((on) => bob.api.chat.onChange.subscribe({}, on));
    const [synced] = await events.until(({ length }) => length > 0);

    expect(await bob.api.chat.markUnread.mutate({ chatId, seq: 2 })).toEqual({
      unread: 2,
      unreadMentions: 0,
    });
    const mutedUntil = new Date(Date.now() + 60_000);
    const mine = await bob.api.chat.setMine.mutate({ chatId, pinned: true, mutedUntil });
    expect(mine).toMatchObject({ unread: 2, readSeq: 1, mutedUntil, archivedAt: null });
    expect(await bob.api.chat.setMine.mutate({ chatId, pinned: true })).toEqual(mine);
    await events.until(({ length }) => length > 2);
    events.stop();
    expect(events.items.slice(1).map(({ data }) => data)).toEqual(
      [1, 2].map(() => ({ type: 'changed', chatId, group: null })),
    );
    const resumed = collect<{ data: ChatEvent }>((on) =>
      bob.api.chat.onChange.subscribe({ lastEventId: synced?.id }, on),
    );
    await resumed.until((items) => items.some(({ data }) => data.type === 'changed'));
    resumed.stop();

    expect((await bob.api.chat.explainUnread.query({ chatId })).messages).toMatchObject([
      { text: 'two' },
      { text: 'three' },
    ]);
    expect(await alice.api.chat.get.query({ chatId })).toMatchObject({ theirReadSeq: 3, pinnedAt: null });
    expect(await bob.api.chat.markRead.mutate({ chatId, seq: 3 })).toMatchObject({ unread: 0 });
    const { readBy } = await alice.api.chat.readers.query({ chatId, seq: 3 });
    expect(readBy).toMatchObject([{ id: bob.me.id }]);
  });
});

describe('a gap', () => {
  it('is closed for whoever is shown less by what is shown to them', async () => {
    const { people, chat } = await openGroup(server, 'pat', 'quin');
    const [pat, quin] = people as [TestClient, TestClient];
    const first = await send(pat, chat, 'first');
    await quin.api.message.delete.mutate({ messageId: first.id, for: 'me' });
    const log = startLog(chat.id, await quin.api.message.list.query({ chatId: chat.id }));
    await pat.api.message.edit.mutate({ messageId: first.id, text: 'edited' });
    const changes = await quin.api.message.changes.query({ chatId: chat.id, afterRev: log.rev });
    expect(changes).toMatchObject({ messages: [], rev: log.rev + 1, hasMore: false });
    expect(applyChanges(log, changes).rev).toBe(log.rev + 1);
  });
});
