import { closeCodes, type UserId } from '@whisper/shared';
import { expect, onTestFinished, test } from 'vitest';
import { startFakeClerk, type FakeClerk, type FakeClerkUser } from '../testing/fake-clerk.ts';
import { startTestServer, type TestServer } from '../testing/index.ts';
import { WebSocket } from 'ws';
import { RawClient } from '@whisper/trpc-socket/testing';
import type { AppError } from '../platform/errors.ts';
import { getUser } from '../users/get-user.ts';
import { listUsers } from '../users/list-users.ts';

async function startClerkServer(env: Record<string, string> = {}, isAlone = false) {
  const clerk = await startFakeClerk();
  const server = await startTestServer({ env: { ...clerk.env, ...env }, isAlone });
  onTestFinished(() => server[Symbol.asyncDispose]());
  onTestFinished(() => clerk[Symbol.asyncDispose]());
  return { clerk, server, app: server.app };
}

async function post(
  server: TestServer,
  { body, headers }: ReturnType<FakeClerk['signWebhook']>,
): Promise<number> {
  const response = await fetch(`${server.url}/webhooks/clerk`, { method: 'POST', body, headers });
  await response.arrayBuffer();
  return response.status;
}

/** An open socket that has heard that it is signed in. */
async function openSocket(server: TestServer, token: string): Promise<RawClient> {
  const socket = await RawClient.open(`${server.url.replace('http', 'ws')}/trpc`, { token });
  onTestFinished(() => socket.ws.terminate());
  socket.call('query', 'auth.me');
  expect(await socket.hearAll(1)).toMatchObject([{ result: { type: 'data' } }]);
  return socket;
}

const everybody = { limit: 50 };
const nobody = '000000000000000000000000' as UserId;

function ada(overrides: Partial<FakeClerkUser> = {}): FakeClerkUser {
  return { id: 'user_ada', first_name: 'Ada', last_name: 'Lovelace', updated_at: 1000, ...overrides };
}

test('a new profile shows at once, on requests and sockets that began before it', async () => {
  // What began at another node shows it from its next request on.
  const { clerk, server, app } = await startClerkServer({}, true);
  clerk.putUser(ada());
  const { viewer } = await app.authenticate(await clerk.signToken('user_ada'));
  const changed = ada({ first_name: 'Augusta', image_url: '', updated_at: 2000 });
  expect(await post(server, clerk.signWebhook('user.updated', clerk.putUser(changed)))).toBe(200);
  expect(viewer.user).toMatchObject({ name: 'Augusta Lovelace', avatar: null });
  expect((await listUsers(app, nobody, { ...everybody, query: 'aug' })).users).toEqual([viewer.user]);
  expect((await listUsers(app, nobody, { ...everybody, query: 'ada' })).users).toEqual([]);
});

test('the newest profile stays, whatever the order in which the events come, and twice', async () => {
  const { clerk, server, app } = await startClerkServer();
  const event = (name: string, updated_at: number) =>
    clerk.signWebhook('user.updated', clerk.putUser(ada({ first_name: name, last_name: '', updated_at })));
  const events = [event('Third', 3000), event('First', 1000), event('Fourth', 4000), event('Second', 2000)];
  for (const each of [...events, ...events]) expect(await post(server, each)).toBe(200);
  const { users } = await listUsers(app, nobody, everybody);
  expect(users.map(({ name }) => name)).toEqual(['Fourth']);
});

test('events at once, together with the first contact, make one user', async () => {
  const { clerk, server, app } = await startClerkServer();
  const created = clerk.signWebhook('user.created', clerk.putUser(ada()));
  const token = await clerk.signToken('user_ada');
  const contacts = Array.from({ length: 20 }, (_, index) =>
    index % 2 ? post(server, created) : app.authenticate(token),
  );
  await Promise.all(contacts);
  expect(await app.db.collection('users').countDocuments()).toBe(1);
});

test('a deleted person is thrown out and erased, and cannot come back', async () => {
  const { clerk, server, app } = await startClerkServer();
  clerk.putUser(ada());
  const token = await clerk.signToken('user_ada');
  const { viewer } = await app.authenticate(token);
  const { closed } = await openSocket(server, token);

  const deleted = clerk.signWebhook('user.deleted', { id: 'user_ada', object: 'user', deleted: true });
  expect(await post(server, deleted)).toBe(200);
  expect(await closed).toMatchObject({ code: closeCodes.userDeleted.code });
  await expect(app.authenticate(token)).rejects.toMatchObject({ code: 'UNAUTHORIZED' });

  const late = clerk.signWebhook('user.updated', clerk.putUser(ada({ updated_at: Date.now() + 60_000 })));
  for (const event of [late, deleted]) {
    expect(await post(server, event)).toBe(200);
    await expect(app.authenticate(token)).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
  }
  expect((await listUsers(app, nobody, everybody)).users).toEqual([]);
  await expect.poll(() => getUser(app, viewer.id).catch(({ code }: AppError) => code)).toBe('NOT_FOUND');
});

test('a deletion that overtakes the creation wins', async () => {
  const { clerk, server, app } = await startClerkServer();
  const created = clerk.signWebhook('user.created', clerk.putUser(ada()));
  expect(await post(server, clerk.signWebhook('user.deleted', { id: 'user_ada', deleted: true }))).toBe(200);
  expect(await post(server, created)).toBe(200);
  await expect(app.authenticate(await clerk.signToken('user_ada'))).rejects.toMatchObject({
    code: 'UNAUTHORIZED',
  });
});

test.for(['session.revoked', 'session.ended', 'session.removed'])(
  '%s closes that session’s sockets and refuses its tokens; the person’s other sessions go on',
  async (type) => {
    const { clerk, server, app } = await startClerkServer();
    clerk.putUser(ada());
    const phone = await clerk.signToken('user_ada', { sid: 'sess_phone' });
    const laptop = await clerk.signToken('user_ada', { sid: 'sess_laptop' });
    const [onPhone, onLaptop] = [await openSocket(server, phone), await openSocket(server, laptop)];

    expect(await post(server, clerk.signWebhook(type, { id: 'sess_phone', user_id: 'user_ada' }))).toBe(200);
    expect(await onPhone.closed).toMatchObject({ code: closeCodes.sessionRevoked.code });
    await expect(app.authenticate(phone)).rejects.toMatchObject({ message: 'The session was revoked' });
    await expect(app.authenticate(laptop)).resolves.toBeDefined();
    expect(onLaptop.ws.readyState).toBe(WebSocket.OPEN);
  },
);

test('a revocation outlives the process, and reaches others on the same database', async () => {
  const { clerk, server, app } = await startClerkServer();
  clerk.putUser(ada());
  await using other = await startTestServer({ env: clerk.env, sameDatabaseAs: server });
  const token = await clerk.signToken('user_ada', { sid: 'sess_phone' });
  await app.authenticate(token);
  await post(server, clerk.signWebhook('session.revoked', { id: 'sess_phone', user_id: 'user_ada' }));
  await server[Symbol.asyncDispose]();

  await using next = await startTestServer({ env: clerk.env, sameDatabaseAs: server });
  for (const { app: node } of [other, next]) {
    await expect(node.authenticate(token)).rejects.toMatchObject({ message: 'The session was revoked' });
    await expect(node.authenticate(await clerk.signToken('user_ada'))).resolves.toBeDefined();
  }
  const [kept] = await next.app.db.collection('revocations').find().toArray();
  expect(kept).toMatchObject({ expiresAt: expect.any(Date) });
});

test('a token that names no session ends with any session of its person; a newer one is good', async () => {
  const { clerk, server, app } = await startClerkServer();
  clerk.putUser(ada());
  clerk.putUser(ada({ id: 'user_bob' }));
  const mine = await clerk.signToken('user_ada', { sid: undefined });
  const others = await clerk.signToken('user_bob', { sid: undefined });
  const laptop = await openSocket(server, await clerk.signToken('user_ada', { sid: 'sess_laptop' }));
  const nameless = await openSocket(server, mine);
  await post(server, clerk.signWebhook('session.ended', { id: 'sess_phone', user_id: 'user_ada' }));
  expect(await nameless.closed).toMatchObject({ code: closeCodes.tokenExpired.code });
  expect(laptop.ws.readyState).toBe(WebSocket.OPEN);
  await expect(app.authenticate(mine)).rejects.toMatchObject({ message: 'The session was revoked' });
  await expect(app.authenticate(others)).resolves.toBeDefined();
  const iat = Math.floor(Date.now() / 1000) + 1;
  const newer = await clerk.signToken('user_ada', { sid: undefined, iat });
  await expect(app.authenticate(newer)).resolves.toBeDefined();
});

test('somebody who is banned loses every token there is', async () => {
  const { clerk, server, app } = await startClerkServer();
  clerk.putUser(ada());
  const token = await clerk.signToken('user_ada');
  const { closed } = await openSocket(server, token);
  const record = clerk.putUser(ada({ banned: true, updated_at: 2000 }));
  expect(await post(server, clerk.signWebhook('user.updated', record))).toBe(200);
  expect(await closed).toMatchObject({ code: closeCodes.sessionRevoked.code });
  await expect(app.authenticate(token)).rejects.toMatchObject({ message: 'The session was revoked' });
});

test('another primary e-mail address replaces the old one', async () => {
  const { clerk, server, app } = await startClerkServer();
  const email_addresses = [
    { id: 'idn_a', email_address: 'a@example.org' },
    { id: 'idn_b', email_address: 'b@example.org' },
  ];
  clerk.putUser(ada({ email_addresses }));
  await app.authenticate(await clerk.signToken('user_ada'));
  const changed = ada({ email_addresses, primary_email_address_id: 'idn_b', updated_at: 2000 });
  await post(server, clerk.signWebhook('user.updated', clerk.putUser(changed)));
  expect(await app.db.collection('users').findOne()).toMatchObject({ email: 'b@example.org' });
});

test('what is not signed by Clerk changes nothing', async () => {
  const { clerk, server, app } = await startClerkServer();
  const { body, headers } = clerk.signWebhook('user.created', clerk.putUser(ada()));
  const stranger = await startFakeClerk({ hasOwnKey: true });
  await using _ = stranger;
  expect(await post(server, { body: body.replace('Ada', 'Eve'), headers })).toBe(400);
  expect(await post(server, stranger.signWebhook('user.created', ada()))).toBe(400);
  expect(await post(server, { body, headers: {} })).toBe(400);
  expect(await post(server, { body, headers: { ...headers, 'svix-timestamp': '1700000000' } })).toBe(400);
  expect(await app.db.collection('users').countDocuments()).toBe(0);
});

test('a record that cannot be read is refused, an event of no interest is received', async () => {
  const { clerk, server } = await startClerkServer();
  expect(await post(server, clerk.signWebhook('user.updated', { id: 7 }))).toBe(400);
  expect(await post(server, clerk.signWebhook('session.ended', { user_id: 'user_ada' }))).toBe(400);
  expect(await post(server, clerk.signWebhook('session.ended', { id: 'sess_1', user_id: '' }))).toBe(400);
  expect(await post(server, clerk.signWebhook('organization.created', { id: 'org_1' }))).toBe(200);
});

test('a body beyond 256 KiB is refused before it is checked', async () => {
  const { clerk, server } = await startClerkServer();
  const huge = clerk.signWebhook('user.updated', { padding: 'x'.repeat(300_000) });
  expect(await post(server, huge)).toBe(413);
});

test('there is no webhook without its secret, and none but POST /webhooks/clerk', async () => {
  const { clerk, server } = await startClerkServer({ CLERK_WEBHOOK_SIGNING_SECRET: '' });
  expect(await post(server, clerk.signWebhook('user.created', ada()))).toBe(404);
  const { server: withSecret } = await startClerkServer();
  expect((await fetch(`${withSecret.url}/webhooks/clerk`)).status).toBe(404);
  expect((await fetch(`${withSecret.url}/webhooks/other`, { method: 'POST' })).status).toBe(404);
});
