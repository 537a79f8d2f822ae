import type { ChatId, FoundMessage, SearchMessagesInput } from '@whisper/shared';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  ManualClock,
  openChat,
  openGroup,
  startTestServer,
  uploadFile,
  type TestClient,
  type TestServer,
} from '../../testing/index.ts';

const clock = new ManualClock();
let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({ clock, isAlone: true });
});
afterAll(() => server[Symbol.asyncDispose]());

const search = ({ api }: TestClient, input: Partial<SearchMessagesInput>) =>
  api.message.search.query({ query: '', ...input });

const textsOf = ({ found }: { readonly found: readonly FoundMessage[] }) =>
  found.map(({ message }) => message.text);

async function send({ api }: TestClient, chatId: ChatId, text: string) {
  clock.advance(1);
  return api.message.send.mutate({ chatId, text, clientId: randomUUID() });
}

test('finds words in all my chats, the newest first, and says where they stand', async () => {
  const { ann, ben, chat } = await openChat(server, 'ann', 'ben');
  const group = await openGroup(server, 'ann', 'cleo');
  await send(ann, chat.id, 'Café au lait');
  await send(ben, chat.id, 'no coffee here');
  await send(ann, group.chat.id, 'the CAFETERIA is closed');

  const page = await search(ann, { query: 'cafe' });
  expect(textsOf(page)).toEqual(['the CAFETERIA is closed', 'Café au lait']);
  expect(page.found.map(({ highlights }) => highlights)).toEqual([
    [{ start: 4, end: 8 }],
    [{ start: 0, end: 4 }],
  ]);
  expect(page.nextCursor).toBeNull();
  expect(textsOf(await search(ben, { query: 'cafe' }))).toEqual(['Café au lait']);
});

test('is narrowed by chat, sender and time; without words these alone count', async () => {
  const { dan, eve, chat } = await openChat(server, 'dan', 'eve');
  const other = await openGroup(server, 'dan', 'eve');
  const first = await send(dan, chat.id, 'green one');
  await send(eve, chat.id, 'green two');
  const third = await send(eve, other.chat.id, 'green three');

  expect(textsOf(await search(dan, { query: 'green', chatId: chat.id }))).toEqual(['green two', 'green one']);
  expect(textsOf(await search(dan, { query: 'green', senderId: dan.me.id }))).toEqual(['green one']);
  expect(textsOf(await search(dan, { query: 'green', before: third.createdAt }))).toEqual([
    'green two',
    'green one',
  ]);
  expect(textsOf(await search(dan, { query: 'green', after: third.createdAt }))).toEqual(['green three']);
  expect(textsOf(await search(dan, { chatId: chat.id, after: first.createdAt }))).toEqual([
    'green two',
    'green one',
  ]);
  expect(textsOf(await search(dan, { query: '?!' }))).toEqual([]);
});

test('follows edits and deletions at once', async () => {
  const { fay, gil, chat } = await openChat(server, 'fay', 'gil');
  const message = await send(fay, chat.id, 'apples');
  await fay.api.message.edit.mutate({ messageId: message.id, text: 'pears' });
  expect(textsOf(await search(gil, { query: 'apples' }))).toEqual([]);
  expect(textsOf(await search(gil, { query: 'pears' }))).toEqual(['pears']);

  await fay.api.message.react.mutate({ messageId: message.id, emoji: '👍', on: true });
  expect(textsOf(await search(gil, { query: 'pears' }))).toEqual(['pears']);

  await gil.api.message.delete.mutate({ messageId: message.id, for: 'me' });
  expect(textsOf(await search(gil, { query: 'pears' }))).toEqual([]);
  expect(textsOf(await search(fay, { query: 'pears' }))).toEqual(['pears']);

  await fay.api.message.delete.mutate({ messageId: message.id, for: 'everyone' });
  expect(textsOf(await search(fay, { query: 'pears' }))).toEqual([]);
  expect(await server.app.db.collection('messages').countDocuments({ terms: 'pears' })).toBe(0);
});

test('finds a message by what it is to me, where somebody whom I block edited it since', async () => {
  const { pia, quinn, chat } = await openChat(server, 'pia', 'quinn');
  const message = await send(quinn, chat.id, 'apples');
  const answer = { chatId: chat.id, text: 'an answer', clientId: randomUUID(), replyTo: message.id };
  await pia.api.message.send.mutate(answer);
  await pia.api.user.block.mutate({ userId: quinn.me.id });
  await quinn.api.message.edit.mutate({ messageId: message.id, text: 'pears' });

  expect(textsOf(await search(pia, { query: 'pears' }))).toEqual([]);
  expect(textsOf(await search(pia, { query: 'apples' }))).toEqual(['apples']);
  const { found } = await search(pia, { query: 'answer' });
  expect(found.map((each) => each.message.replyTo?.excerpt)).toEqual(['apples']);
  expect(textsOf(await search(quinn, { query: 'apples' }))).toEqual([]);
  expect(textsOf(await search(quinn, { query: 'pears' }))).toEqual(['pears']);

  await pia.api.user.unblock.mutate({ userId: quinn.me.id });
  await expect.poll(async () => textsOf(await search(pia, { query: 'pears' }))).toEqual(['pears']);
  expect(textsOf(await search(pia, { query: 'apples' }))).toEqual([]);
});

test('shows nothing from before I came, after I was removed, or of a chat that is not mine', async () => {
  const { people, chat } = await openGroup(server, 'hal', 'ida');
  const [hal, ida] = people as readonly [TestClient, TestClient];
  const jo = await server.signIn('jo');
  await hal.api.chat.update.mutate({ chatId: chat.id, historyVisible: false });
  await send(hal, chat.id, 'secret before');
  await hal.api.chat.addMembers.mutate({ chatId: chat.id, userIds: [jo.me.id] });
  await send(hal, chat.id, 'secret after');

  expect(textsOf(await search(jo, { query: 'secret' }))).toEqual(['secret after']);
  expect(textsOf(await search(ida, { query: 'secret' }))).toEqual(['secret after', 'secret before']);
  await hal.api.chat.removeMember.mutate({ chatId: chat.id, userId: jo.me.id });
  expect(textsOf(await search(jo, { query: 'secret' }))).toEqual([]);
  await expect(search(jo, { query: 'secret', chatId: chat.id })).rejects.toThrow('Chat not found');
});

test('finds those with a file, by its name too, and those without', async () => {
  const { kim, chat } = await openChat(server, 'kim', 'leo');
  const fileId = await uploadFile(server, kim, { name: 'Garden.txt' });
  const message = { chatId: chat.id, text: 'a plan', clientId: randomUUID(), attachmentIds: [fileId] };
  await kim.api.message.send.mutate(message);
  await send(kim, chat.id, 'another plan');
  expect(textsOf(await search(kim, { hasFile: true }))).toEqual(['a plan']);
  expect(textsOf(await search(kim, { query: 'plan', hasFile: true }))).toEqual(['a plan']);
  expect(textsOf(await search(kim, { query: 'garden plan' }))).toEqual(['a plan']);
  expect(textsOf(await search(kim, { query: 'plan', hasFile: false }))).toEqual(['another plan']);
});

test('refuses a cursor that is not its own', async () => {
  const mia = await server.signIn('mia');
  await openChat(server, 'mia', 'nat');
  await expect(search(mia, { query: 'x', cursor: 'eA' })).rejects.toThrow('not one of ours');
});

test('leads by the index of a chat alone', async () => {
  const { mongo } = await import('mongoose');
  const plan = await server.app.db
    .collection('messages')
    .find({
      chat: { $in: [new mongo.ObjectId(), new mongo.ObjectId()] },
      terms: 'x',
      createdAt: { $gt: new Date(0), $lte: new Date(1) },
    })
    .explain('executionStats');
  expect(JSON.stringify(plan)).toContain('chat_1_terms_1_createdAt_1');
  expect(plan).toMatchObject({ executionStats: { totalKeysExamined: 0, totalDocsExamined: 0 } });
});
