import type { Chat, ChatEvent, MessageEvent } from '@whisper/shared';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { collect, openGroup, startTestServer, type TestClient, type TestServer } from '../testing/index.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const send = ({ api }: TestClient, { id }: Chat, text = 'hello') =>
  api.message.send.mutate({ chatId: id, text, clientId: randomUUID() });

const refusal = (call: Promise<unknown>) =>
  call.then(
    () => 'OK',
    (error: { data: { code: string }; message: string }) => `${error.data.code} ${error.message}`,
  );

/** An owner, an admin and a member. */
async function openTrio(name: string) {
  const { people, chat } = await openGroup(server, `${name}-ann`, `${name}-bo`, `${name}-cy`);
  const [ann, bo, cy] = people as [TestClient, TestClient, TestClient];
  await ann.api.chat.setRole.mutate({ chatId: chat.id, userId: bo.me.id, role: 'admin' });
  return { ann, bo, cy, chat, chatId: chat.id };
}

const typesIn = async ({ api }: TestClient, chatId: string) =>
  (await api.message.list.query({ chatId })).messages.map(({ system }) => system?.type ?? 'text');

describe('the people of a group', () => {
  it('come, change their role and go as messages of the log, and each change is made once', async () => {
    const { ann, bo, cy, chatId } = await openTrio('log');
    const dee = await server.signIn('log-dee');
    const add = { chatId, userIds: [dee.me.id, cy.me.id] };
    expect(await bo.api.chat.addMembers.mutate(add)).toMatchObject({ memberCount: 4 });
    expect(await bo.api.chat.addMembers.mutate(add)).toMatchObject({ memberCount: 4 });
    await ann.api.chat.update.mutate({ chatId, name: 'Attic', avatar: 'https://example.test/a.png' });
    await ann.api.chat.update.mutate({ chatId, name: 'Attic' });
    await bo.api.chat.removeMember.mutate({ chatId, userId: cy.me.id });
    await bo.api.chat.removeMember.mutate({ chatId, userId: cy.me.id });
    await dee.api.chat.leave.mutate({ chatId });

    expect(await typesIn(ann, chatId)).toEqual([
      'created',
      'memberAdded',
      'roleChanged',
      'memberAdded',
      'renamed',
      'avatarChanged',
      'memberRemoved',
      'memberLeft',
    ]);
    expect(await ann.api.chat.get.query({ chatId })).toMatchObject({
      name: 'Attic',
      avatar: 'https://example.test/a.png',
      memberCount: 2,
    });
  });

  it('may do what their role allows', async () => {
    const { ann, bo, cy, chatId } = await openTrio('role');
    const forbidden = 'FORBIDDEN Only owners and admins of the group may do this';
    const remove = (by: TestClient, whom: TestClient) =>
      refusal(by.api.chat.removeMember.mutate({ chatId, userId: whom.me.id }));
    expect(await remove(cy, bo)).toBe(forbidden);
    expect(await remove(bo, ann)).toBe(forbidden);
    expect(await refusal(cy.api.chat.update.mutate({ chatId, name: 'x' }))).toBe(forbidden);
    expect(await refusal(cy.api.chat.addMembers.mutate({ chatId, userIds: ['f'.repeat(24)] }))).toBe(
      forbidden,
    );
    const promote = { chatId, userId: bo.me.id, role: 'owner' } as const;
    expect(await refusal(bo.api.chat.setRole.mutate(promote))).toBe(forbidden);
    const { id: messageId } = await send(ann, { id: chatId } as Chat);
    const erase = { messageId, for: 'everyone' } as const;
    expect(await refusal(cy.api.message.delete.mutate(erase))).toMatch(/^FORBIDDEN/);
    expect(await bo.api.message.delete.mutate(erase)).toMatchObject({ text: '' });
  });

  it('always have an owner', async () => {
    const { ann, bo, chatId } = await openTrio('own');
    const last = 'CONFLICT Its last owner hands the group over first';
    expect(await refusal(ann.api.chat.leave.mutate({ chatId }))).toBe(last);
    const demote = { chatId, userId: ann.me.id, role: 'member' } as const;
    expect(await refusal(ann.api.chat.setRole.mutate(demote))).toBe(last);
    await ann.api.chat.setRole.mutate({ chatId, userId: bo.me.id, role: 'owner' });
    await Promise.allSettled([ann, bo].map(({ api }) => api.chat.leave.mutate({ chatId })));
    const stays = (
      await Promise.all([ann, bo].map(({ api }) => refusal(api.chat.get.query({ chatId }))))
    ).filter((each) => each === 'OK');
    expect(stays).toEqual(['OK']);
  });

  it('change nothing in system messages', async () => {
    const { ann, chatId } = await openTrio('sys');
    const { messages } = await ann.api.message.list.query({ chatId });
    const messageId = messages[0]?.id ?? '';
    const other = await ann.api.chat.createGroup.mutate({ name: 'x', memberIds: [], clientId: randomUUID() });
    const calls = [
      ann.api.message.edit.mutate({ messageId, text: 'x' }),
      ann.api.message.react.mutate({ messageId, emoji: '👍', on: true }),
      ann.api.message.pin.mutate({ messageId, on: true }),
      ann.api.message.delete.mutate({ messageId, for: 'everyone' }),
      ann.api.message.forward.mutate({ messageId, toChatId: other.id, clientId: randomUUID() }),
    ];
    for (const outcome of await Promise.all(calls.map(refusal)))
      expect(outcome).toMatch(/^FORBIDDEN A system/);
  });
});

describe('what was done by way of another process', () => {
  const openTwo = async (name: string) => {
    const { ann, cy, chatId } = await openTrio(name);
    const elsewhere = await startTestServer({ isAlone: true, sameDatabaseAs: server });
    onTestFinished(() => elsewhere[Symbol.asyncDispose]());
    return { ann, cy, chatId, elsewhere, annThere: await elsewhere.signIn(`${name}-ann`) };
  };

  it('counts when the people of a group are changed here', async () => {
    const { ann, cy, chatId, annThere } = await openTwo('twice');
    const [one, each] = [
      { chatId, userId: cy.me.id },
      { chatId, userIds: [cy.me.id] },
    ];
    await annThere.api.chat.removeMember.mutate(one);
    await ann.api.chat.addMembers.mutate(each);
    expect(await annThere.api.chat.setRole.mutate({ ...one, role: 'admin' })).toMatchObject({
      memberCount: 3,
    });
    await ann.api.chat.removeMember.mutate(one);
    expect(await annThere.api.chat.addMembers.mutate(each)).toMatchObject({ memberCount: 3 });
  });

  it('counts when somebody writes here', async () => {
    const { ann, cy, chatId, elsewhere, annThere } = await openTwo('written');
    const cyThere = await elsewhere.signIn('written-cy');
    await annThere.api.chat.removeMember.mutate({ chatId, userId: cy.me.id });
    await ann.api.chat.addMembers.mutate({ chatId, userIds: [cy.me.id] });
    const clientId = randomUUID();
    await cyThere.api.message.send.mutate({ chatId, text: 'back', clientId });
    await annThere.api.chat.update.mutate({ chatId, readOnly: true });
    await ann.api.chat.update.mutate({ chatId, readOnly: false });

    await cyThere.api.message.send.mutate({ chatId, text: 'again', clientId: randomUUID() });
  });
});

describe('who is removed', () => {
  it('has every stream ended, and hears of the chat as of one that never was', async () => {
    const { ann, bo, cy, chat, chatId } = await openTrio('gone');
    const sent = await send(cy, chat, 'mine');
    const one = collect<{ data: MessageEvent }>((on) => cy.api.message.onEvent.subscribe({ chatId }, on));
    const all = collect<{ id: string; data: MessageEvent }>((on) => cy.api.message.onEvent.subscribe({}, on));
    const chats = collect<{ id: string; data: ChatEvent }>((on) => cy.api.chat.onChange.subscribe({}, on));
    await Promise.all([one, all, chats].map((each) => each.until(({ length }) => length > 0)));
    const cursors = [all.items[0]?.id, chats.items[0]?.id];

    await bo.api.chat.removeMember.mutate({ chatId, userId: cy.me.id });
    await send(ann, chat, 'a secret');
    await chats.until((items) => items.some(({ data }) => data.type === 'gone'));
    for (const each of [one, all, chats]) each.stop();

    const absent = 'f'.repeat(24);
    const calls = (id: string, messageId: string) => [
      cy.api.chat.get.query({ chatId: id }),
      cy.api.chat.members.query({ chatId: id }),
      cy.api.chat.readers.query({ chatId: id, seq: 1 }),
      cy.api.chat.explainUnread.query({ chatId: id }),
      cy.api.chat.markRead.mutate({ chatId: id, seq: 1 }),
      cy.api.chat.setMine.mutate({ chatId: id, pinned: true }),
      cy.api.chat.leave.mutate({ chatId: id }),
      cy.api.message.list.query({ chatId: id }),
      cy.api.message.changes.query({ chatId: id, afterRev: 0 }),
      cy.api.message.edits.query({ messageId }),
      cy.api.message.edit.mutate({ messageId, text: 'x' }),
      cy.api.message.send.mutate({ chatId: id, text: 'x', clientId: randomUUID() }),
      cy.api.typing.set.mutate({ chatId: id, isTyping: true }),
    ];
    const [here, nowhere] = await Promise.all([
      Promise.all(calls(chatId, sent.id).map(refusal)),
      Promise.all(calls(absent, absent).map(refusal)),
    ]);
    expect(here).toEqual(nowhere);
    expect((await cy.api.chat.list.query({})).chats).toEqual([]);
    expect(JSON.stringify([one.items, all.items])).not.toContain('a secret');

    const resumed = collect<{ data: MessageEvent }>((on) =>
      cy.api.message.onEvent.subscribe({ lastEventId: cursors[0] }, on),
    );
    const resumedChats = collect<{ data: ChatEvent }>((on) =>
      cy.api.chat.onChange.subscribe({ lastEventId: cursors[1] }, on),
    );
    await resumed.until((items) => items.some(({ data }) => data.type === 'synced'));
    await resumedChats.until((items) => items.some(({ data }) => data.type === 'gone'));
    expect(resumed.items.map(({ data }) => data.type)).toEqual(['synced']);
    resumed.stop();
    resumedChats.stop();
  });

  it('comes back by those in the group, not by an invitation', async () => {
    const { ann, cy, chatId } = await openTrio('back');
    const { code } = await ann.api.chat.createInvite.mutate({ chatId });
    await ann.api.chat.removeMember.mutate({ chatId, userId: cy.me.id });
    expect(await refusal(cy.api.chat.join.mutate({ code }))).toBe('NOT_FOUND Invitation not found');
    await ann.api.chat.addMembers.mutate({ chatId, userIds: [cy.me.id] });
    expect(await cy.api.chat.get.query({ chatId })).toMatchObject({ unread: 0, myRole: 'member' });
  });
});

describe('an invitation', () => {
  it('brings as many as it allows, each once, until it is revoked or expires', async () => {
    const { ann, bo, cy, chatId } = await openTrio('inv');
    const [dee, eve] = await Promise.all(['inv-dee', 'inv-eve'].map((name) => server.signIn(name)));
    if (!dee || !eve) throw new Error('Nobody came');
    expect(await refusal(cy.api.chat.createInvite.mutate({ chatId }))).toMatch(/^FORBIDDEN/);
    const { code } = await bo.api.chat.createInvite.mutate({ chatId, usesMax: 1 });

    const join = ({ api }: TestClient) => refusal(api.chat.join.mutate({ code }));
    expect(await join(cy)).toBe('OK');
    expect(await Promise.all([join(dee), join(dee)])).toEqual(['OK', 'OK']);
    expect(await join(eve)).toBe('NOT_FOUND Invitation not found');
    expect(await ann.api.chat.get.query({ chatId })).toMatchObject({ memberCount: 4 });
    expect((await typesIn(ann, chatId)).filter((type) => type === 'memberJoined')).toHaveLength(1);

    const open = await bo.api.chat.createInvite.mutate({ chatId });
    expect((await ann.api.chat.listInvites.query({ chatId })).invites).toMatchObject([{ code: open.code }]);
    await ann.api.chat.revokeInvite.mutate({ chatId, code: open.code });
    expect(await refusal(eve.api.chat.join.mutate({ code: open.code }))).toMatch(/^NOT_FOUND/);
    const past = { chatId, expiresAt: new Date(Date.now() - 1) };
    expect(await refusal(ann.api.chat.createInvite.mutate(past))).toMatch(/^BAD_REQUEST/);
  });
});
