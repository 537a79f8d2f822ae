import { applyEvent, startLog, type ChatLog, type MessageEvent } from '@whisper/shared';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collect, openChat, startTestServer, type TestClient, type TestServer } from '../testing/index.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.server.close());

type Tracked = { readonly id: string; readonly data: MessageEvent };

type Draft = { readonly chatId: string; readonly text: string; readonly replyTo?: string };

const send = (person: TestClient, draft: Draft) =>
  person.api.message.send.mutate({ ...draft, clientId: randomUUID() });

const fetchLog = async (person: TestClient, chatId: ChatLog['chatId']) =>
  startLog(chatId, await person.api.message.list.query({ chatId }));

/** Everything after the first event, which says that the stream is live. */
async function follow(person: TestClient, chatId: string, lastEventId?: string) {
  const events = collect<Tracked>((on) =>
    person.api.message.onEvent.subscribe({ chatId, ...(lastEventId && { lastEventId }) }, on),
  );
  await events.until((items) => items.some(({ data }) => data.type === 'synced'));
  return events;
}

const applyAll = (log: ChatLog, items: readonly Tracked[]) =>
  items.reduce((held, { data }) => {
    if (data.type === 'synced' || data.type === 'reset') return held;
    const applied = applyEvent(held, data);
    expect(applied.gapAfterRev).toBeUndefined();
    return applied.log;
  }, log);

/** A chat of two with three messages, the last an answer to the first. */
async function openConversation(at = server) {
  const [one, two] = [`alice-${randomUUID().slice(0, 8)}`, `bob-${randomUUID().slice(0, 8)}`];
  const [alice, bob] = await Promise.all([at.signIn(one), at.signIn(two)]);
  const chat = await alice.api.chat.openDirect.mutate({ userId: bob.me.id });
  const first = await send(alice, { chatId: chat.id, text: 'the first' });
  await send(bob, { chatId: chat.id, text: 'the second' });
  await send(bob, { chatId: chat.id, text: 'an answer', replyTo: first.id });
  return { alice, bob, chat, first };
}

describe('a change of a message', () => {
  const acts: [string, (alice: TestClient, id: string) => Promise<unknown>][] = [
    ['an edit', (alice, messageId) => alice.api.message.edit.mutate({ messageId, text: 'edited' })],
    ['a deletion', (alice, messageId) => alice.api.message.delete.mutate({ messageId, for: 'everyone' })],
    [
      'a reaction',
      (alice, messageId) => alice.api.message.react.mutate({ messageId, emoji: '👍🏽', on: true }),
    ],
    ['a pin', (alice, messageId) => alice.api.message.pin.mutate({ messageId, on: true })],
  ];

  it.each(acts)('%s reaches who follows, and what they then hold equals a fresh fetch', async (_, act) => {
    const { alice, bob, chat, first } = await openConversation();
    const events = await follow(bob, chat.id);
    const before = await fetchLog(bob, chat.id);

    await act(alice, first.id);
    const items = await events.until((seen) => seen.some(({ data }) => data.type === 'updated'));

    const held = applyAll(before, items);
    expect(held.rev).toBe(4);
    expect(held).toEqual(await fetchLog(bob, chat.id));
    expect(held.messages[0]).not.toEqual(before.messages[0]);
  });

  it.each(acts)('%s repeated changes nothing and takes no number', async (_, act) => {
    const { alice, chat, first } = await openConversation();

    const answers = [await act(alice, first.id), await act(alice, first.id)];

    expect(answers[0]).toEqual(answers[1]);
    expect((await fetchLog(alice, chat.id)).rev).toBe(4);
  });

  it('keeps earlier texts of an edit, and erases all of them with the message', async () => {
    const { alice, bob, chat, first } = await openConversation();
    await alice.api.message.edit.mutate({ messageId: first.id, text: 'second version' });
    await alice.api.message.edit.mutate({ messageId: first.id, text: 'third version' });
    await bob.api.message.react.mutate({ messageId: first.id, emoji: '❤️', on: true });

    const { edits } = await bob.api.message.edits.query({ messageId: first.id });
    await alice.api.message.delete.mutate({ messageId: first.id, for: 'everyone' });
    const stored = await server.app.db.collection('messages').findOne({ clientId: first.clientId });

    expect(edits.map(({ text }) => text)).toEqual(['the first', 'second version']);
    expect((await bob.api.message.edits.query({ messageId: first.id })).edits).toEqual([]);
    expect(JSON.stringify(stored)).not.toMatch(/first|version|❤️/);
    const [deleted, , answer] = (await fetchLog(bob, chat.id)).messages;
    expect(deleted).toMatchObject({ text: '', seq: 1, reactions: [], deletedAt: expect.any(Date) });
    expect(answer?.replyTo).toMatchObject({ messageId: first.id, excerpt: '', isDeleted: true });
  });

  it('belongs to who wrote the message; a stranger hears that there is none', async () => {
    const { bob, first } = await openConversation();
    const mallory = await server.signIn('mallory');
    const attempts = (person: TestClient, messageId: string) => [
      () => person.api.message.edit.mutate({ messageId, text: 'x' }),
      () => person.api.message.delete.mutate({ messageId, for: 'everyone' }),
      () => person.api.message.react.mutate({ messageId, emoji: '👍', on: true }),
      () => person.api.message.pin.mutate({ messageId, on: true }),
      () => person.api.message.edits.query({ messageId }),
      () =>
        person.api.message.forward.mutate({ messageId, toChatId: 'f'.repeat(24), clientId: randomUUID() }),
    ];
    const refusals = async (calls: (() => Promise<unknown>)[]) =>
      (await Promise.allSettled(calls.map((call) => call()))).map((each) =>
        each.status === 'rejected' ? `${each.reason.data.code}: ${each.reason.message}` : 'allowed',
      );

    const toBob = await refusals(attempts(bob, first.id).slice(0, 2));
    const [toMallory, nobodys] = [
      await refusals(attempts(mallory, first.id)),
      await refusals(attempts(mallory, 'e'.repeat(24))),
    ];

    expect(toBob).toEqual([
      'FORBIDDEN: Only its sender edits a message',
      'FORBIDDEN: Only its sender deletes a message',
    ]);
    expect(new Set(toMallory)).toEqual(new Set(['NOT_FOUND: Message not found']));
    expect(toMallory).toEqual(nobodys);
  });

  it('answers a repeated send with the message as it is now, edited or deleted', async () => {
    const { alice, chat } = await openConversation();
    const draft = { chatId: chat.id, text: 'sent once', clientId: randomUUID() };
    const { id: messageId } = await alice.api.message.send.mutate(draft);
    await alice.api.message.edit.mutate({ messageId, text: 'edited' });

    const afterEdit = await alice.api.message.send.mutate(draft);
    await alice.api.message.delete.mutate({ messageId, for: 'everyone' });
    const afterDeletion = await alice.api.message.send.mutate(draft);

    expect([afterEdit, afterDeletion].map(({ id, text }) => [id, text])).toEqual([
      [messageId, 'edited'],
      [messageId, ''],
    ]);
  });

  it('refuses what is no emoji, a mention of a stranger and an answer to another chat', async () => {
    const { alice, chat, first } = await openConversation();
    const { chat: other } = await openChat(server, 'carol', 'dave');
    const elsewhere = await send(await server.signIn('carol'), { chatId: other.id, text: 'elsewhere' });
    const mallory = await server.signIn('mallory');
    const codeOf = (call: Promise<unknown>) => call.then(() => 'allowed').catch((error) => error.data.code);

    const codes = await Promise.all([
      ...['', 'a', '👍👍', '<b>', '👍x'].map((emoji) =>
        codeOf(alice.api.message.react.mutate({ messageId: first.id, emoji, on: true })),
      ),
      codeOf(send(alice, { chatId: chat.id, text: 'x', replyTo: elsewhere.id })),
      codeOf(
        alice.api.message.send.mutate({
          chatId: chat.id,
          text: 'x',
          clientId: randomUUID(),
          mentions: [mallory.me.id],
        }),
      ),
    ]);

    expect(new Set(codes)).toEqual(new Set(['BAD_REQUEST']));
  });

  it('forwards a message with who wrote it first, however often it is passed on', async () => {
    const { alice, bob, chat, first } = await openConversation();
    const carol = await server.signIn('carol');
    const toCarol = await bob.api.chat.openDirect.mutate({ userId: carol.me.id });
    const once = { messageId: first.id, toChatId: toCarol.id, clientId: randomUUID() };

    const forwarded = await bob.api.message.forward.mutate(once);
    const repeated = await bob.api.message.forward.mutate(once);
    const again = await bob.api.message.forward.mutate({
      messageId: forwarded.id,
      toChatId: chat.id,
      clientId: randomUUID(),
    });

    expect(repeated).toEqual(forwarded);
    for (const { text, forwardedFrom } of [forwarded, again]) {
      expect(text).toBe('the first');
      expect(forwardedFrom).toMatchObject({ sender: { id: alice.me.id }, sentAt: first.createdAt });
    }
  });

  it('answers a repeated forward with the same message when the original was changed or deleted meanwhile', async () => {
    const { alice, bob, first } = await openConversation();
    const carol = await server.signIn('carol');
    const toCarol = await bob.api.chat.openDirect.mutate({ userId: carol.me.id });
    const once = { messageId: first.id, toChatId: toCarol.id, clientId: randomUUID() };
    const forwarded = await bob.api.message.forward.mutate(once);

    await alice.api.message.edit.mutate({ messageId: first.id, text: 'edited since' });
    const afterEdit = await bob.api.message.forward.mutate(once);
    await alice.api.message.delete.mutate({ messageId: first.id, for: 'everyone' });
    const afterDelete = await bob.api.message.forward.mutate(once);
    const anew = bob.api.message.forward.mutate({ ...once, clientId: randomUUID() });

    expect([afterEdit, afterDelete]).toEqual([forwarded, forwarded]);
    await expect(anew).rejects.toMatchObject({ data: { code: 'CONFLICT' } });
  });
});

describe('a replay of changes', () => {
  it('brings each message once, as it is now, and says what it follows', async () => {
    const { alice, bob, chat, first } = await openConversation();
    const before = await fetchLog(bob, chat.id);
    for (const on of [true, false, true]) {
      await bob.api.message.react.mutate({ messageId: first.id, emoji: '🎉', on });
    }
    await send(alice, { chatId: chat.id, text: 'new, and then edited' }).then(({ id: messageId }) =>
      alice.api.message.edit.mutate({ messageId, text: 'edited' }),
    );

    const events = await follow(bob, chat.id, `${chat.id}:3`);

    const heard = events.items.map(({ data }) =>
      data.type === 'created' || data.type === 'updated' ? [data.type, data.prevRev, data.rev] : [data.type],
    );
    expect(heard).toEqual([['updated', 3, 6], ['created', 6, 8], ['synced']]);
    expect(applyAll(before, events.items)).toEqual(await fetchLog(bob, chat.id));
  });

  it('of all my chats finds a chat in which nothing but a change happened', async () => {
    const { alice, bob, first } = await openConversation();
    const live = collect<Tracked>((on) => bob.api.message.onEvent.subscribe({}, on));
    const [synced] = await live.until((items) => items.length === 1);
    live.stop();
    await server.app.db.collection('chats').updateMany({}, { $set: { lastMessageAt: new Date(0) } });
    await alice.api.message.edit.mutate({ messageId: first.id, text: 'edited meanwhile' });

    const resumed = collect<Tracked>((on) =>
      bob.api.message.onEvent.subscribe({ lastEventId: synced?.id ?? '' }, on),
    );
    const items = await resumed.until((seen) => seen.at(-1)?.data.type === 'synced');

    expect(items.map(({ data }) => ('message' in data ? data.message.text : data.type))).toContain(
      'edited meanwhile',
    );
  });
});

describe('two nodes on one database', () => {
  it('give no number twice, although changes leave numbers behind that one of them does not know of', async () => {
    // Nothing that one does reaches the other.
    await using here = await startTestServer({ isAlone: true });
    await using other = await startTestServer({ isAlone: true, sameDatabaseAs: here });
    const { alice, bob, chat, first } = await openConversation(here);
    const elsewhere = await other.signIn(alice.me.name);
    const follower = await follow(bob, chat.id);
    // This node believes in rev 3; the other moves one message to 4 and on to 6.
    for (const on of [true, false, true]) {
      await elsewhere.api.message.react.mutate({ messageId: first.id, emoji: '🎉', on });
    }

    const sent = await send(alice, { chatId: chat.id, text: 'from the node that was behind' });
    const items = await follower.until((seen) => seen.some(({ data }) => 'rev' in data && data.rev === 7));

    expect(sent).toMatchObject({ seq: 4, rev: 7 });
    expect(items.flatMap(({ data }) => ('rev' in data ? data.rev : []))).toEqual([6, 7]);
  });

  it('give each change of one message a number of its own, in turn', async () => {
    await using other = await startTestServer({ sameDatabaseAs: server });
    const { alice, bob, first } = await openConversation();
    const elsewhere = await other.signIn(bob.me.name);
    const react = (person: TestClient, emoji: string) =>
      person.api.message.react.mutate({ messageId: first.id, emoji, on: true });

    const revs: number[] = [];
    for (const emoji of ['😀', '😁', '😂'])
      for (const person of [alice, elsewhere]) revs.push((await react(person, emoji)).rev);

    expect(revs).toEqual([4, 5, 6, 7, 8, 9]);
  });

  it('change one message at the same time and lose nothing', async () => {
    await using other = await startTestServer({ sameDatabaseAs: server });
    const { alice, bob, chat, first } = await openConversation();
    const elsewhere = await other.signIn(bob.me.name);
    const emoji = ['😀', '😁', '😂', '🤣', '😃', '😄', '😅', '😆'];
    const react = (person: TestClient) =>
      Promise.all(
        emoji.map((each) => person.api.message.react.mutate({ messageId: first.id, emoji: each, on: true })),
      );

    await Promise.all([react(alice), react(elsewhere)]);

    const [message] = (await fetchLog(alice, chat.id)).messages;
    expect(message?.reactions.map(({ userIds }) => userIds.length)).toEqual(emoji.map(() => 2));
  });
});
