import {
  eraseConfirmation,
  parseExportRow,
  type ErasureReceipt,
  type ChatId,
  type ExportRow,
  type MessageEvent,
  type MessageId,
} from '@whisper/shared';
import { randomUUID } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { fromBuffer, type Entry, type ZipFile } from 'yauzl';
import { collect, startTestServer, type TestServer } from '../testing/index.ts';
import type { TestClient } from '../testing/test-client.ts';

const refusal = (code: string) => expect.objectContaining({ data: expect.objectContaining({ code }) });

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ isAlone: true });
});
afterAll(() => server[Symbol.asyncDispose]());

const person = async (name: string) => server.signIn(`${name} ${randomUUID().slice(0, 8)}`);

type Sent = {
  readonly text: string;
  readonly replyTo?: MessageId;
  readonly mentions?: TestClient['me']['id'][];
};

const send = (client: TestClient, chatId: ChatId, sent: Sent) =>
  client.api.message.send.mutate({ chatId, clientId: randomUUID(), ...sent });

type Tracked = { readonly data: MessageEvent };

/** Ann and Bob in a direct chat and a group of Ann's, with something of every kind in it. */
async function openLife() {
  const [ann, bob, carol] = await Promise.all([person('Ann'), person('Bob'), person('Carol')]);
  const mark = randomUUID();
  const direct = await ann.api.chat.openDirect.mutate({ userId: bob.me.id });
  const group = await ann.api.chat.createGroup.mutate({
    name: 'Garden',
    memberIds: [bob.me.id, carol.me.id],
    clientId: randomUUID(),
  });
  const first = await send(ann, direct.id, { text: `secret one ${mark}` });
  await ann.api.message.edit.mutate({ messageId: first.id, text: `secret two ${mark}` });
  const theirs = await send(bob, direct.id, { text: 'what Bob said', replyTo: first.id });
  await ann.api.message.react.mutate({ messageId: theirs.id, emoji: '👍', on: true });
  await send(ann, direct.id, { text: `secret answer ${mark}`, replyTo: theirs.id });
  const named = await send(bob, group.id, { text: 'ask her', mentions: [ann.me.id] });
  await bob.api.message.edit.mutate({ messageId: named.id, text: 'ask Ann', mentions: [ann.me.id] });
  await send(ann, group.id, { text: `secret group ${mark}` });
  await ann.api.chat.markRead.mutate({ chatId: group.id, seq: named.seq });
  await ann.api.chat.setMine.mutate({ chatId: group.id, pinned: true });
  await ann.api.message.delete.mutate({ messageId: named.id, for: 'me' });
  const invite = await ann.api.chat.createInvite.mutate({ chatId: group.id });
  const elsewhere = await bob.api.chat.createGroup.mutate({
    name: 'Bob’s',
    memberIds: [carol.me.id],
    clientId: randomUUID(),
  });
  await bob.api.message.forward.mutate({
    messageId: first.id,
    toChatId: elsewhere.id,
    clientId: randomUUID(),
  });
  return { ann, bob, carol, mark, direct, group, elsewhere, first, theirs, named, invite };
}

async function download(client: TestClient): Promise<Map<string, string>> {
  const { path } = await client.api.me.export.mutate();
  const response = await fetch(`${server.url}${path}`);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename="whisper-.*\.zip"$/);
  return unzip(Buffer.from(await response.arrayBuffer()));
}

function unzip(bytes: Buffer): Promise<Map<string, string>> {
  return new Promise((resolve, reject) => {
    fromBuffer(bytes, { lazyEntries: true }, (error, zip) => {
      if (error) return reject(error);
      const found = new Map<string, string>();
      zip.on('entry', (entry: Entry) => {
        void readEntry(zip, entry).then((content) => {
          found.set(entry.fileName, content);
          zip.readEntry();
        }, reject);
      });
      zip.once('end', () => resolve(found));
      zip.once('error', reject);
      zip.readEntry();
    });
  });
}

function readEntry(zip: ZipFile, entry: Entry): Promise<string> {
  return new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) => {
      if (error) reject(error);
      else text(stream).then(resolve, reject);
    });
  });
}

const rowsOf = (files: ReadonlyMap<string, string>): ExportRow[] =>
  (files.get('data.ndjson') ?? '').trimEnd().split('\n').map(parseExportRow);

describe('an archive', () => {
  it('holds everything of a person, as rows that the schema reads, and nothing that others wrote', async () => {
    const { ann, bob, direct, group, first, theirs, named, invite, mark } = await openLife();

    const files = await download(ann);
    const rows = rowsOf(files);

    expect([...files.keys()]).toEqual(['README.txt', 'data.ndjson']);
    expect(rows[0]).toMatchObject({ kind: 'export', of: ann.me.id });
    expect(rows.at(-1)).toEqual({ kind: 'end', rows: rows.length - 2 });
    expect(rows).toContainEqual(expect.objectContaining({ kind: 'profile', email: ann.me.email }));
    const chats = rows.filter((row) => row.kind === 'chat');
    expect(chats.find(({ chatId }) => chatId === direct.id)?.with?.id).toBe(bob.me.id);
    expect(chats.find(({ chatId }) => chatId === group.id)).toMatchObject({
      name: 'Garden',
      role: 'owner',
      pinnedAt: expect.any(Date),
      hiddenSeqs: [named.seq],
    });
    const mine = rows.filter((row) => row.kind === 'message' && row.message.kind === 'text');
    expect(mine.flatMap((row) => (row.kind === 'message' ? row.message.text : [])).toSorted()).toEqual(
      ['answer', 'group', 'two'].map((what) => `secret ${what} ${mark}`),
    );
    expect(mine).toContainEqual(
      expect.objectContaining({ edits: [expect.objectContaining({ text: `secret one ${mark}` })] }),
    );
    expect(rows).toContainEqual({ kind: 'reaction', chatId: direct.id, messageId: theirs.id, emoji: '👍' });
    expect(rows).toContainEqual(expect.objectContaining({ kind: 'mention', messageId: named.id }));
    expect(rows).toContainEqual(expect.objectContaining({ kind: 'forward', by: bob.me.id }));
    expect(rows).toContainEqual(expect.objectContaining({ kind: 'invite', code: invite.code }));
    expect(files.get('data.ndjson')).toContain(first.id);
    expect(files.get('data.ndjson')).not.toContain('what Bob said');
  });

  it('is given out once, to whoever has its address', async () => {
    const ann = await person('Ann');
    const { path } = await ann.api.me.export.mutate();
    const [one, other] = [await fetch(`${server.url}${path}`), await fetch(`${server.url}${path}`)];
    await one.arrayBuffer();
    expect([one.status, other.status]).toEqual([200, 404]);
    expect((await fetch(`${server.url}/own-data/exports/${'x'.repeat(32)}`)).status).toBe(404);
    expect((await fetch(`${server.url}/own-data/exports`)).status).toBe(404);
  });
});

/** Every value of every document, as one text. */
async function everything(): Promise<string> {
  const { db } = server.app;
  const names = (await db.listCollections()).map(({ name }) => name);
  const documents = await Promise.all(
    names.map(async (name) => [name, await db.collection(name).find({}).toArray()] as const),
  );
  return JSON.stringify(Object.fromEntries(documents));
}

/** Resolves when the receipt says that it is done. */
async function erase(client: TestClient): Promise<void> {
  const { receiptPath } = await client.api.me.erase.mutate({ confirm: eraseConfirmation });
  await isErased(receiptPath);
}

async function isErased(path: string): Promise<void> {
  await expect
    .poll(async () => (await (await fetch(`${server.url}${path}`)).json()) as unknown, { timeout: 45_000 })
    .toMatchObject({ finishedAt: expect.any(String) });
}

async function fetchMe(token: string): Promise<unknown> {
  const response = await fetch(`${server.url}/trpc/auth.me`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return response.ok ? response.json() : null;
}

describe('who is erased', () => {
  it('leaves nothing in the database, and others keep what is theirs', async () => {
    const { ann, bob, carol, mark, direct, group, elsewhere, first, theirs, named } = await openLife();
    const { userId, clerkId, email, name } = { userId: ann.me.id, ...ann.me };
    for (const value of [userId, clerkId, email, name]) expect(await everything()).toContain(value);

    const { receiptPath } = await ann.api.me.erase.mutate({ confirm: eraseConfirmation });
    await isErased(receiptPath);

    const { places } = (await (await fetch(`${server.url}${receiptPath}`)).json()) as ErasureReceipt;
    expect(places.map(({ remaining }) => remaining).filter((remaining) => remaining > 0)).toEqual([]);
    const erased = Object.fromEntries(places.map((each) => [each.place, each.erased]));
    expect(erased).toMatchObject({ messages: 10, chats: 2, members: 1, invites: 1, users: 1 });
    const left = await everything();
    for (const value of [userId, clerkId, email, name]) expect(left).not.toContain(value);
    // What Bob forwarded is Bob's message now; who wrote it first is nobody.
    expect(left.split(mark).length - 1).toBe(1);
    const forwarded = (await bob.api.message.list.query({ chatId: elsewhere.id })).messages.at(-1);
    expect(forwarded?.forwardedFrom?.sender.name).toBe('Deleted user');

    const { messages } = await bob.api.message.list.query({ chatId: direct.id });
    expect(messages.map(({ text: said, deletedAt }) => [said, deletedAt !== null])).toEqual([
      ['', true],
      ['what Bob said', false],
      ['', true],
    ]);
    expect(messages[1]).toMatchObject({ id: theirs.id, reactions: [], replyTo: { messageId: first.id } });
    const chat = await bob.api.chat.get.query({ chatId: direct.id });
    expect(chat.participant.name).toBe('Deleted user');
    const inGroup = (await carol.api.message.list.query({ chatId: group.id })).messages;
    expect(inGroup.find(({ id }) => id === named.id)).toMatchObject({ text: 'ask Ann', mentions: [] });
    expect(inGroup.at(-1)?.system).toEqual({ type: 'memberLeft' });
    const { members } = await carol.api.chat.members.query({ chatId: group.id });
    expect(members.map(({ user, role }) => [user.id, role])).toContainEqual([bob.me.id, 'owner']);
    expect(members.some(({ user }) => user.name === 'Deleted user')).toBe(false);
  });

  it('is thrown out at once, and who signs in again is somebody else', async () => {
    const ann = await person('Ann');
    const [bob, { name, id }] = [await person('Bob'), ann.me];
    const chat = await ann.api.chat.openDirect.mutate({ userId: bob.me.id });
    await send(ann, chat.id, { text: 'hello' });
    await expect(ann.api.me.erase.mutate({ confirm: 'yes' as never })).rejects.toEqual(
      refusal('BAD_REQUEST'),
    );

    await erase(ann);
    await expect(ann.api.auth.me.query()).rejects.toEqual(refusal('UNAUTHORIZED'));
    await expect(ann.socketApi.auth.me.query()).rejects.toEqual(refusal('UNAUTHORIZED'));

    // A token of the second in which the account ended may be older than that.
    await expect.poll(async () => fetchMe(await server.tokenFor(name))).not.toBeNull();
    const again = await server.signIn(name);
    expect(again.me.id).not.toBe(id);
    expect((await again.api.chat.list.query({})).chats).toEqual([]);
    const anew = await again.api.chat.openDirect.mutate({ userId: bob.me.id });
    expect(anew.id).not.toBe(chat.id);
    expect((await bob.api.chat.list.query({})).chats.map((each) => each.id)).toContain(chat.id);
  });

  it('is told of to who looks on: each message changes where it stands', async () => {
    const [ann, bob] = await Promise.all([person('Ann'), person('Bob')]);
    const chat = await ann.api.chat.openDirect.mutate({ userId: bob.me.id });
    const sent = await send(ann, chat.id, { text: 'hello' });
    const seen = collect<Tracked>((on) => bob.api.message.onEvent.subscribe({ chatId: chat.id }, on));
    await seen.until((items) => items.some(({ data }) => data.type === 'synced'));

    await erase(ann);

    const items = await seen.until((so) => so.some(({ data }) => data.type === 'updated'));
    expect(items.at(-1)?.data).toMatchObject({
      type: 'updated',
      prevRev: 1,
      message: { id: sent.id, seq: 1, text: '', sender: { name: 'Deleted user' } },
    });
  });

  it('goes on being erased by the next process, from whatever step the last one ended at', async () => {
    await using one = await startTestServer({ isAlone: true });
    const [ann, bob] = [await one.signIn('Ann'), await one.signIn('Bob')];
    const chat = await ann.api.chat.openDirect.mutate({ userId: bob.me.id });
    for (let each = 0; each < 25; each += 1) await send(ann, chat.id, { text: `secret ${each}` });
    const { db, erasures } = one.app;
    const place = one.app.dataPlaces.find((each) => each.place === 'messages');
    if (!place || !('erase' in place)) throw new Error('Messages are erased');
    const { erase: eraseMessages } = place;
    const closed = new Promise<void>((resolve) => {
      vi.spyOn(place, 'erase').mockImplementation(async function* (erased) {
        for await (const count of eraseMessages(erased)) {
          resolve(erasures.close());
          yield count;
        }
      });
    });
    await ann.api.me.erase.mutate({ confirm: eraseConfirmation });
    await closed;
    const left = await db.collection('messages').countDocuments({ text: /secret/ });

    await using next = await startTestServer({ isAlone: true, sameDatabaseAs: one });
    await expect
      .poll(() => next.app.db.collection('erasures').countDocuments({ finishedAt: { $exists: true } }), {
        timeout: 20_000,
      })
      .toBe(1);

    expect(left).toBeGreaterThan(0);
    expect(await db.collection('messages').countDocuments({ text: /secret/ })).toBe(0);
    expect(await db.collection('erasures').findOne({})).toMatchObject({
      places: expect.arrayContaining([{ place: 'messages', found: 25, remaining: 0 }]),
    });
  });
});
