import type { UserId } from '@whisper/shared';
import type { mongo } from 'mongoose';
import { expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../testing/index.ts';
import { deleteUser } from './delete-user.ts';
import { findUsers } from './find-users.ts';
import { listUsers } from './list-users.ts';
import { updateUser } from './update-user.ts';

const stranger = 'ffffffffffffffffffffffff' as UserId;

const refusal = (code: string) => expect.objectContaining({ data: expect.objectContaining({ code }) });

async function addPeople({ app }: TestServer, people: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, email] of Object.entries(people)) {
    await updateUser(app, { clerkId: `user_${name}`, name, email, avatar: null, updatedAt: new Date(1) });
  }
}

test('list turns everybody but me over once, page by page, oldest account first', async () => {
  await using server = await startTestServer();
  const alice = await server.signIn('alice');
  const names = ['bob', 'carol', 'dave', 'erin', 'frank'];
  await addPeople(server, Object.fromEntries(names.map((name) => [name, `${name}@example.test`])));

  const first = await alice.api.user.list.query({ limit: 2 });
  const second = await alice.api.user.list.query({ limit: 2, cursor: first.nextCursor });
  const third = await alice.api.user.list.query({ limit: 2, cursor: second.nextCursor });
  const pages = [first, second, third].map(({ users }) => users.map(({ name }) => name));
  expect(pages).toEqual([['bob', 'carol'], ['dave', 'erin'], ['frank']]);
  expect(third.nextCursor).toBeNull();
  expect((await alice.api.user.list.query({ limit: 5 })).nextCursor).toBeNull();
});

test('list finds by the beginning of a name or of any of its words', async () => {
  await using server = await startTestServer();
  const alice = await server.signIn('alice');
  await addPeople(server, {
    'Grace Brewster Hopper': 'rear.admiral@navy.example',
    Graham: 'g@example.test',
    'Álvaro de Campos': 'alvaro@example.test',
    '50% off .*': 'sale@example.test',
  });
  const find = async (query: string) =>
    (await alice.api.user.list.query({ query })).users.map(({ name }) => name);

  expect(await find('gra')).toEqual(['Grace Brewster Hopper', 'Graham']);
  expect(await find('  GRACE  ')).toEqual(['Grace Brewster Hopper']);
  expect(await find('hop')).toEqual(['Grace Brewster Hopper']);
  expect(await find('grace brew')).toEqual(['Grace Brewster Hopper']);
  expect(await find('a\u0301lv')).toEqual(['Álvaro de Campos']);
  expect(await find('.*')).toEqual(['50% off .*']);
  expect(await find('race')).toEqual([]);
  expect(await find('h')).toEqual(['Grace Brewster Hopper']);
  expect(await find('grace\u2028brew')).toEqual(['Grace Brewster Hopper']);
  expect(await find('alice')).toEqual([]);
});

test('list finds by a whole e-mail address alone, and shows nobody’s', async () => {
  await using server = await startTestServer();
  const alice = await server.signIn('alice');
  await addPeople(server, { Grace: 'Rear.Admiral@navy.example', Graham: 'g@example.test' });
  const find = async (query: string) => (await alice.api.user.list.query({ query })).users;

  expect(await find(' rear.admiral@NAVY.example ')).toMatchObject([{ name: 'Grace', email: '' }]);
  for (const part of ['r', 'rear', 'rear.admiral@', 'rear.admiral@navy', 'rear.admiral@navy.exampl', '@']) {
    expect(await find(part), part).toEqual([]);
  }
  expect((await find('gra')).map(({ email }) => email)).toEqual(['', '']);
  expect(alice.me.email).toBe('alice@example.test');
});

test('a name that cannot be seen, or not in one line, is mended before it is stored', async () => {
  await using server = await startTestServer();
  const alice = await server.signIn('alice');
  await addPeople(server, { '\u3164': 'grace@example.test', 'Zoe\u0308\n\u202EVan\0\ud83d': '' });

  const { users } = await alice.api.user.list.query({});
  expect(users.map(({ name }) => name)).toEqual(['grace', 'Zoë Van \uFFFD']);
  expect((await alice.api.user.list.query({ query: 'ZOË VAN' })).users).toHaveLength(1);
});

test('list reads no more of the index than what a search finds', async () => {
  await using server = await startTestServer();
  const { viewer } = await server.app.authenticate(await server.tokenFor('alice'));
  const names = Array.from({ length: 60 }, (_, index) => `person${index}`);
  await addPeople(server, Object.fromEntries(names.map((name) => [name, `${name}@example.test`])));
  const { db } = server.app;
  const asked: [mongo.Filter<mongo.BSON.Document>, mongo.FindOptions][] = [];
  db.set('debug', (_collection: string, _method: string, ...query: (typeof asked)[number]) =>
    asked.push(query),
  );
  expect((await listUsers(server.app, viewer.id, { query: 'PERSON11', limit: 50 })).users).toHaveLength(1);
  const [[filter, options] = [{}, {}]] = asked;
  const { executionStats } = await db.collection('users').find(filter, options).explain('executionStats');
  expect(executionStats.totalKeysExamined).toBeLessThanOrEqual(3);
});

test('list refuses a cursor that is not ours and a limit beyond 50', async () => {
  await using server = await startTestServer();
  const alice = await server.signIn('alice');
  for (const cursor of ['nonsense', 'bnVsbA', Buffer.from('{"$gt":""}').toString('base64url')]) {
    await expect(alice.api.user.list.query({ cursor })).rejects.toEqual(refusal('BAD_REQUEST'));
  }
  await expect(alice.api.user.list.query({ limit: 51 })).rejects.toEqual(refusal('BAD_REQUEST'));
});

test('get answers a person, the deleted as "Deleted user", and NOT_FOUND for an id that is nobody’s', async () => {
  await using server = await startTestServer();
  const [alice, bob] = [await server.signIn('alice'), await server.signIn('bob')];
  const { id, name, avatar, clerkId } = bob.me;
  expect(await alice.api.user.get.query({ userId: id })).toEqual({ id, name, avatar, email: '' });

  await deleteUser(server.app, clerkId);
  const tombstone = { id: bob.me.id, name: 'Deleted user', email: '', avatar: null };
  expect(await alice.api.user.get.query({ userId: bob.me.id })).toEqual(tombstone);
  await expect(bob.api.auth.me.query()).rejects.toEqual(refusal('UNAUTHORIZED'));
  await expect(alice.api.user.get.query({ userId: stranger })).rejects.toEqual(refusal('NOT_FOUND'));
  await expect(alice.api.user.get.query({ userId: 'x' as UserId })).rejects.toEqual(refusal('BAD_REQUEST'));
});

test('findUsers answers each known id once', async () => {
  await using server = await startTestServer();
  const [alice, bob] = [await server.signIn('alice'), await server.signIn('bob')];
  const found = await findUsers(server.app, [alice.me.id, bob.me.id, alice.me.id, stranger]);
  expect([...found.keys()].sort()).toEqual([alice.me.id, bob.me.id].sort());
  expect(await findUsers(server.app, [])).toEqual(new Map());
});
