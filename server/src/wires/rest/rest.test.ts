import { ChatIdSchema, type Message } from '@whisper/shared';
import {
  LegacyChatListSchema,
  LegacyChatSchema,
  LegacyMeSchema,
  LegacyMessageListSchema,
  LegacyUserListSchema,
} from '@whisper/shared/legacy';
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { LegacyClient, request } from '../../testing/legacy/legacy-client.ts';
import { startFakeClerk } from '../../testing/fake-clerk.ts';
import { startTestServer, type TestServer } from '../../testing/index.ts';

const nobody = '0123456789abcdef01234567';

const protectedLines = [
  'POST /api/auth/callback',
  'GET /api/auth/me',
  'GET /api/users',
  'GET /api/chats',
  `POST /api/chats/with/${nobody}`,
  `GET /api/messages/chat/${nobody}`,
];

async function openChat(server: TestServer) {
  const [alice, bob] = await Promise.all([
    LegacyClient.signIn(server, 'alice'),
    LegacyClient.signIn(server, 'bob'),
  ]);
  const chat = LegacyChatSchema.parse(await alice.call(`POST /api/chats/with/${bob.me._id}`));
  return { alice, bob, chat };
}

describe('the old REST interface', () => {
  it('says that the server runs', async () => {
    await using server = await startTestServer();
    const { status, body } = await request(server.url, 'GET /health');
    expect([status, body]).toEqual([200, { status: 'ok', message: 'Server is running' }]);
  });

  it('makes an account on the first callback and answers with it from then on', async () => {
    await using server = await startTestServer();
    const alice = await LegacyClient.signIn(server, 'alice');

    for (const line of ['POST /api/auth/callback', 'GET /api/auth/me']) {
      const { status, body } = await alice.answer(line);
      expect(status).toBe(200);
      expect(LegacyMeSchema.strict().parse(body)).toEqual(alice.me);
    }
    expect(alice.me.name).toBe('alice');
  });

  it('lists everybody else with four fields each, oldest account first', async () => {
    await using server = await startTestServer();
    const alice = await LegacyClient.signIn(server, 'alice');
    for (const name of ['bob', 'carol', 'dave']) await LegacyClient.signIn(server, name);

    const users = LegacyUserListSchema.parse(await alice.call('GET /api/users'));
    expect(users.map(({ name }) => name)).toEqual(['bob', 'carol', 'dave']);
    expect(Object.keys(users[0] ?? {}).sort()).toEqual(['_id', 'avatar', 'email', 'name']);
  });

  it('tells the addresses of those whom a person shares a chat with, and nobody else’s', async () => {
    await using server = await startTestServer();
    const { alice, bob, chat } = await openChat(server);
    const carol = await LegacyClient.signIn(server, 'carol');
    await alice.call(`POST /api/chats/with/${carol.me._id}`);
    const emails = async (client: LegacyClient) =>
      LegacyUserListSchema.parse(await client.call('GET /api/users')).map(({ email }) => email);

    expect(await emails(alice)).toEqual(['', '']);
    const socket = await alice.connect();
    await socket.client.emitWithAck('send-message', { chatId: chat._id, text: 'hello' });

    expect(await emails(alice)).toEqual([bob.me.email, '']);
    expect(await emails(bob)).toEqual([alice.me.email, '']);
    expect(await emails(carol)).toEqual(['', '']);
    const chats = LegacyChatListSchema.parse(await alice.call('GET /api/chats'));
    const shown = chats.map(({ participant }) => [participant.name, participant.email]);
    expect(Object.fromEntries(shown)).toEqual({ bob: bob.me.email, carol: '' });
    const messages = await bob.call(`GET /api/messages/chat/${chat._id}`);
    expect(messages).toMatchObject([{ sender: { email: 'alice@example.test' } }]);
  });

  it('opens one chat with a person, new or not, from either side', async () => {
    await using server = await startTestServer();
    const { alice, bob, chat } = await openChat(server);

    expect(Object.keys(chat).sort()).toEqual([
      '_id',
      'createdAt',
      'lastMessage',
      'lastMessageAt',
      'participant',
    ]);
    expect(chat).toMatchObject({ participant: { _id: bob.me._id }, lastMessage: null });
    expect(Date.parse(chat.lastMessageAt)).toBeCloseTo(Date.parse(chat.createdAt), -3);
    expect(await alice.call(`POST /api/chats/with/${bob.me._id.toUpperCase()}`)).toEqual(chat);
    expect(await bob.call(`POST /api/chats/with/${alice.me._id}`)).toMatchObject({ _id: chat._id });
  });

  it('lists chats with the newest message first, and the message without its sender’s profile', async () => {
    await using server = await startTestServer();
    const { alice, bob, chat } = await openChat(server);
    const carol = await LegacyClient.signIn(server, 'carol');
    const later = await alice.call<{ _id: string }>(`POST /api/chats/with/${carol.me._id}`);
    const socket = await alice.connect();
    await socket.client.emitWithAck('send-message', { chatId: later._id, text: 'first' });
    await socket.client.emitWithAck('send-message', { chatId: chat._id, text: 'second' });

    const chats = LegacyChatListSchema.parse(await alice.call('GET /api/chats'));
    expect(chats.map(({ _id }) => _id)).toEqual([chat._id, later._id]);
    expect(chats[0]?.lastMessage).toMatchObject({ sender: alice.me._id, text: 'second', __v: 0 });
    expect(await bob.call('GET /api/chats')).toHaveLength(1);
  });

  it('shows the messages of a chat oldest first, with their senders', async () => {
    await using server = await startTestServer();
    const { alice, bob, chat } = await openChat(server);
    const socket = await alice.connect();
    for (const text of ['one', 'two'])
      await socket.client.emitWithAck('send-message', { chatId: chat._id, text });

    const messages = LegacyMessageListSchema.parse(await bob.call(`GET /api/messages/chat/${chat._id}`));
    expect(messages.map(({ text }) => text)).toEqual(['one', 'two']);
    expect(Object.keys(messages[0] ?? {}).sort()).toEqual([
      '__v',
      '_id',
      'chat',
      'createdAt',
      'sender',
      'text',
      'updatedAt',
    ]);
    expect(messages[0]?.sender).toMatchObject({ _id: alice.me._id, name: 'alice' });
  });

  it('pages backwards through the header Link when a limit is given', async () => {
    await using server = await startTestServer();
    const { alice, chat } = await openChat(server);
    const socket = await alice.connect();
    for (let n = 1; n <= 5; n += 1) {
      await socket.client.emitWithAck('send-message', { chatId: chat._id, text: String(n) });
    }

    const pages: string[][] = [];
    let line: string | undefined = `GET /api/messages/chat/${chat._id}?limit=2`;
    while (line) {
      const { body, headers } = await alice.answer(line);
      pages.unshift(LegacyMessageListSchema.parse(body).map(({ text }) => text));
      const older: string | undefined = /<([^>]+)>; rel="next"/.exec(headers.get('link') ?? '')?.[1];
      line = older && `GET ${older}`;
    }
    expect(pages).toEqual([['1'], ['2', '3'], ['4', '5']]);
  });

  it('answers with the newest 1,000 of a long history', async () => {
    await using server = await startTestServer();
    const { bob, chat } = await openChat(server);
    const sender = await server.signIn('alice');
    const chatId = ChatIdSchema.parse(chat._id);
    const sent: Message[] = [];
    while (sent.length < 1_050) {
      const sends = Array.from({ length: 50 }, () =>
        sender.socketApi.message.send.mutate({ chatId, text: 'hello', clientId: randomUUID() }),
      );
      sent.push(...(await Promise.all(sends)));
    }
    const newest = sent.sort((a, b) => a.seq - b.seq).slice(-1_000);

    const messages = LegacyMessageListSchema.parse(await bob.call(`GET /api/messages/chat/${chat._id}`));
    expect(messages.map(({ _id }) => _id)).toEqual(newest.map(({ id }) => id));
  });

  it.each(protectedLines)('answers 401 to %s without a good token', async (line) => {
    await using server = await startTestServer();
    const headers = ['', 'Bearer null', 'Bearer nonsense', 'Basic YWxpY2U6'];
    const answers = headers.map((authorization) => request(server.url, line, { authorization }));
    for (const { status, body } of await Promise.all(answers)) {
      expect([status, body]).toEqual([401, { message: 'Unauthorized' }]);
    }
  });

  it('refuses what is wrong with a plain message', async () => {
    await using server = await startTestServer();
    const { alice, chat } = await openChat(server);
    const carol = await LegacyClient.signIn(server, 'carol');
    const history = `GET /api/messages/chat/${chat._id}`;
    const refusals: [LegacyClient, string, number, string][] = [
      [alice, 'POST /api/chats/with/nope', 400, 'Invalid participant ID'],
      [alice, 'POST /api/chats/with/twelve_chars', 400, 'Invalid participant ID'],
      [alice, `POST /api/chats/with/${alice.me._id}`, 400, 'Cannot create chat with yourself'],
      [alice, `POST /api/chats/with/${alice.me._id.toUpperCase()}`, 400, 'Cannot create chat with yourself'],
      [alice, `POST /api/chats/with/${nobody}`, 404, 'User not found'],
      [alice, 'GET /api/messages/chat/nope', 400, 'Invalid chat ID'],
      [alice, `GET /api/messages/chat/${nobody}`, 404, 'Chat not found'],
      [carol, history, 404, 'Chat not found'],
      [alice, `${history}?limit=0`, 400, 'Invalid before or limit'],
      [alice, `${history}?limit=1001`, 400, 'Invalid before or limit'],
      [alice, `${history}?before[$gt]=1&before=x`, 400, 'Invalid before or limit'],
      [alice, 'POST /api/chats/with/%E0%A4%A', 400, 'Invalid request'],
      [alice, 'GET /api/nope', 404, 'Not found'],
      [alice, 'DELETE /api/chats', 404, 'Not found'],
    ];
    for (const [client, line, status, message] of refusals) {
      const answer = await client.answer(line);
      expect([line, answer.status, answer.body]).toEqual([line, status, { message }]);
    }
  });

  it('says when to come back to a person who is over the budget', async () => {
    await using server = await startTestServer({ env: { RATE_LIMITS: 'on' } });
    const { alice, bob } = await openChat(server);
    const line = `POST /api/chats/with/${bob.me._id}`;
    const answers = await Promise.all(Array.from({ length: 110 }, () => alice.answer(line)));

    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(0);
    expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused[0]?.body).toEqual({ message: 'Too many requests, wait a moment' });
  });
});

describe('who is asking', () => {
  const me = 'GET /api/auth/me';

  it('is said by the cookie when the header says nothing', async () => {
    await using server = await startTestServer();
    const cookie = `a=b; __session=${await server.tokenFor('alice')}; c=d`;
    for (const headers of [{ cookie }, { cookie, authorization: 'Bearer null' }]) {
      expect((await request(server.url, me, headers)).body).toMatchObject({ name: 'alice' });
    }
  });

  it('is not said by the cookie when another site asks, unless CORS names it', async () => {
    await using server = await startTestServer();
    const { url } = server;
    const cookie = `__session=${await server.tokenFor('alice')}`;
    const from = async (headers: Record<string, string>) =>
      (await request(url, me, { cookie, ...headers })).status;
    const foreign = [
      { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
      { origin: 'https://evil.chat.example', 'sec-fetch-site': 'same-site' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ];
    for (const headers of foreign) expect([headers, await from(headers)]).toEqual([headers, 401]);
    const ours = [
      { origin: 'http://localhost:5173', 'sec-fetch-site': 'cross-site' },
      { origin: url },
      { origin: url.replace('http:', 'https:'), 'sec-fetch-site': 'same-origin' },
      { 'sec-fetch-site': 'same-origin' },
      { 'sec-fetch-site': 'none' },
    ];
    for (const headers of ours) expect([headers, await from(headers)]).toEqual([headers, 200]);
  });

  it('is said by the one cookie that is for us, among those of other apps', async () => {
    await using clerk = await startFakeClerk();
    await using other = await startFakeClerk({ hasOwnKey: true });
    await using server = await startTestServer({ env: { ...clerk.env, CLERK_JWT_KEY: clerk.jwtKey } });
    clerk.putUser({ id: 'user_ada', first_name: 'Ada' });
    const [foreign, ours, withoutParty] = await Promise.all([
      other.signToken('user_ada'),
      clerk.signToken('user_ada'),
      clerk.signToken('user_ada', { azp: undefined }),
    ]);
    const statusWith = async (cookie: string) => (await request(server.url, me, { cookie })).status;

    expect(await statusWith(`__session=${foreign}; __session_Ab-c_12=${ours}`)).toBe(200);
    expect(await statusWith(`__session_other=${foreign}; __session=${ours}`)).toBe(200);
    expect(await statusWith(`__session=${foreign}; __session_other=${foreign}`)).toBe(401);
    expect(await statusWith(`__session=${withoutParty}`)).toBe(401);
    expect(await statusWith(`x__session=${ours}`)).toBe(401);
    const bearer = await request(server.url, me, { authorization: `Bearer ${withoutParty}` });
    expect(bearer.status).toBe(200);
  });
});

describe('CORS of the old interface', () => {
  const env = { FRONTEND_URL: 'https://chat.example, https://www.chat.example' };

  it.each([
    ['http://localhost:8081', true],
    ['http://localhost:5173', true],
    ['https://chat.example', true],
    ['https://www.chat.example', true],
    ['https://evil.example', false],
    [undefined, false],
  ])('serves origin %s; named to the browser: %s', async (origin, isNamed) => {
    await using server = await startTestServer({ env });
    const alice = await server.tokenFor('alice');
    const headers = { authorization: `Bearer ${alice}`, ...(origin && { origin }) };
    for (const line of ['GET /api/users', 'GET /socket.io/?EIO=4&transport=polling']) {
      const answer = await request(server.url, line, headers);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('access-control-allow-origin')).toBe(isNamed ? origin : null);
      expect(answer.headers.get('access-control-allow-credentials')).toBe('true');
    }
  });

  it('answers a preflight with the methods and the headers asked for', async () => {
    await using server = await startTestServer();
    const answer = await request(server.url, 'OPTIONS /api/chats', {
      origin: 'http://localhost:8081',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,x-any',
    });
    expect(answer.status).toBe(204);
    expect(answer.headers.get('access-control-allow-methods')).toBe('GET,HEAD,PUT,PATCH,POST,DELETE');
    expect(answer.headers.get('access-control-allow-headers')).toBe('authorization,x-any');
  });
});
