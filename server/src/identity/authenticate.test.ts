import { startEmbeddedMongo } from '@whisper/embedded-mongo';
import { generateKeyPair } from 'jose';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createLogger } from '../platform/logger.ts';
import { startFakeClerk, type FakeClerk } from '../testing/fake-clerk.ts';
import { ManualClock, startTestServer } from '../testing/index.ts';

async function startClerkServer(env: Record<string, string> = {}, logLines?: string[]) {
  const clerk = await startFakeClerk();
  const clock = new ManualClock();
  const server = await startTestServer({
    clock,
    env: { ...clerk.env, ...env },
    ...(logLines && { log: createLogger('info', { write: (line) => void logLines.push(line) }) }),
  });
  onTestFinished(() => server[Symbol.asyncDispose]());
  onTestFinished(() => clerk[Symbol.asyncDispose]());
  const { app } = server;
  return {
    clerk,
    clock,
    server,
    app,
    authenticate: app.authenticate,
    nowSeconds: Math.floor(clock.now() / 1000),
  };
}

const ada = {
  id: 'user_ada',
  first_name: ' Ada ',
  last_name: 'Lovelace',
  image_url: 'https://img.example/ada.png',
  email_addresses: [{ email_address: 'Ada@Example.org' }, { email_address: 'second@example.org' }],
};

function unsigned(header: object, claims: object): string {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  return `${encode(header)}.${encode(claims)}.`;
}

describe('first contact', () => {
  test('makes the person from Clerk’s record', async () => {
    const { clerk, authenticate } = await startClerkServer();
    clerk.putUser(ada);
    const { viewer, sessionId, expiresAt } = await authenticate(await clerk.signToken('user_ada'));
    expect(viewer).toMatchObject({
      clerkId: 'user_ada',
      user: { name: 'Ada Lovelace', avatar: 'https://img.example/ada.png' },
    });
    expect(sessionId).toBe('sess_user_ada');
    expect(expiresAt % 1000).toBe(0);
  });

  test('calls a person without a name by the start of their e-mail address', async () => {
    const { clerk, authenticate } = await startClerkServer();
    clerk.putUser({ id: 'user_x', email_addresses: [{ email_address: 'Grace.H@example.org' }] });
    clerk.putUser({ id: 'user_y', username: 'linus', image_url: '' });
    const named = async (clerkId: string) => (await authenticate(await clerk.signToken(clerkId))).viewer.user;
    expect(await named('user_x')).toMatchObject({ name: 'grace.h' });
    expect(await named('user_y')).toMatchObject({ name: 'linus', avatar: null });
  });

  test('takes the address that is the primary one, and only when it is verified', async () => {
    const { clerk, app, authenticate } = await startClerkServer();
    const email_addresses = [
      { id: 'idn_old', email_address: 'old@example.org' },
      { id: 'idn_new', email_address: 'new@example.org' },
      { id: 'idn_boss', email_address: 'boss@example.org', verification: { status: 'unverified' } },
      { id: 'idn_null', email_address: 'null@example.org', verification: null },
    ];
    const emailOf = async (id: string, primary_email_address_id: string | null) => {
      clerk.putUser({ id, email_addresses, primary_email_address_id });
      await authenticate(await clerk.signToken(id));
      return app.db.collection('users').findOne({ clerkId: id });
    };
    expect(await emailOf('user_1', 'idn_new')).toMatchObject({ email: 'new@example.org', name: 'new' });
    expect(await emailOf('user_2', 'idn_boss')).toMatchObject({ email: '', name: 'New user' });
    expect(await emailOf('user_3', 'idn_null')).toMatchObject({ email: '' });
    expect(await emailOf('user_4', null)).toMatchObject({ email: '' });
  });

  test('a hundred at once make one user and ask Clerk once', async () => {
    const { clerk, authenticate } = await startClerkServer();
    clerk.putUser(ada);
    const tokens = await Promise.all(
      Array.from({ length: 100 }, (_, tab) => clerk.signToken('user_ada', { sid: `sess_${tab}` })),
    );
    const identities = await Promise.all(tokens.map((token) => authenticate(token)));
    expect(new Set(identities.map(({ viewer }) => viewer.id)).size).toBe(1);
    expect(clerk.requests.toSorted()).toEqual(['GET /v1/jwks', 'GET /v1/users/user_ada']);
  });

  test('a hundred at once on two nodes make one user', async () => {
    const { clerk, app } = await startClerkServer();
    const { MONGODB_URI = '' } = app.env;
    await using other = await startTestServer({ env: { ...clerk.env, MONGODB_URI } });
    clerk.putUser(ada);
    const token = await clerk.signToken('user_ada');
    const contacts = Array.from({ length: 100 }, (_, index) =>
      (index % 2 ? app : other.app).authenticate(token),
    );
    expect(new Set((await Promise.all(contacts)).map(({ viewer }) => viewer.id)).size).toBe(1);
    expect(await app.db.collection('users').countDocuments()).toBe(1);
  });

  test('someone known is answered as stored, whatever Clerk says now', async () => {
    const { clerk, clock, authenticate } = await startClerkServer();
    clerk.putUser(ada);
    const token = await clerk.signToken('user_ada');
    await authenticate(token);
    clerk.putUser({ ...ada, first_name: 'Changed' });
    clock.advance(45_000);
    expect((await authenticate(token)).viewer.user.name).toBe('Ada Lovelace');
  });
});

describe('a token is refused', () => {
  let shared: Awaited<ReturnType<typeof startClerkServer>>;

  beforeAll(async () => {
    const clerk = await startFakeClerk();
    const clock = new ManualClock();
    const server = await startTestServer({ clock, env: clerk.env });
    const { app } = server;
    const nowSeconds = Math.floor(clock.now() / 1000);
    shared = { clerk, clock, server, app, authenticate: app.authenticate, nowSeconds };
    clerk.putUser(ada);
    return async () => {
      await server[Symbol.asyncDispose]();
      await clerk[Symbol.asyncDispose]();
    };
  });

  const cases: Record<string, (clerk: FakeClerk, now: number) => string | undefined | Promise<string>> = {
    'that is missing': () => undefined,
    'that is empty': () => '',
    'that is not a token': () => 'null',
    'of three parts of garbage': () => 'a.b.c',
    'longer than any token': () => 'a'.repeat(8_193),
    'that expired': (clerk, now) =>
      clerk.signToken('user_ada', { iat: now - 100, nbf: now - 100, exp: now - 31 }),
    'not valid yet': (clerk, now) => clerk.signToken('user_ada', { nbf: now + 33 }),
    'issued in the future': (clerk, now) => clerk.signToken('user_ada', { iat: now + 33 }),
    'of another party': (clerk) => clerk.signToken('user_ada', { azp: 'https://evil.example' }),
    'of no party, though it says so': (clerk) => clerk.signToken('user_ada', { azp: '' }),
    'whose party is no text': (clerk) => clerk.signToken('user_ada', { azp: null }),
    'for another audience': (clerk) => clerk.signToken('user_ada', { aud: 'https://other.example' }),
    'for several other audiences': (clerk) => clerk.signToken('user_ada', { aud: ['a', 'b'] }),
    'without a person': (clerk) => clerk.signToken('user_ada', { sub: undefined }),
    'without an end': (clerk) => clerk.signToken('user_ada', { exp: undefined }),
    'of a session with unfinished tasks': (clerk) => clerk.signToken('user_ada', { sts: 'pending' }),
    'of another kind': (clerk) => clerk.signToken('user_ada', {}, { type: 'at+jwt' }),
    'signed with an unknown key id': (clerk) => clerk.signToken('user_ada', {}, { keyId: 'ins_other' }),
    'signed with another key': async (clerk) =>
      clerk.signToken('user_ada', {}, { privateKey: (await generateKeyPair('RS256')).privateKey }),
    'not signed at all': (_, now) =>
      unsigned({ alg: 'none', typ: 'JWT', kid: 'ins_fake' }, { sub: 'user_ada', exp: now + 60 }),
    'whose claims were changed': async (clerk, now) => {
      const [header, , signature] = (await clerk.signToken('user_ada')).split('.');
      const claims = unsigned(
        {},
        { sub: 'user_bob', exp: now + 60, azp: clerk.env.CLERK_AUTHORIZED_PARTIES },
      );
      return `${header}.${claims.split('.')[1]}.${signature}`;
    },
    'of somebody Clerk does not know': (clerk) => clerk.signToken('user_nobody'),
  };

  test.for(Object.entries(cases))('%s', async ([, makeToken]) => {
    const { clerk, authenticate, app, nowSeconds } = shared;
    await expect(async () => authenticate(await makeToken(clerk, nowSeconds))).rejects.toMatchObject({
      code: 'UNAUTHORIZED',
    });
    expect(await app.db.collection('users').countDocuments()).toBe(0);
  });
});

describe('a token is accepted', () => {
  test('without a party when it was sent on purpose, as native apps do, and not when a browser sent it by itself', async () => {
    const { clerk, authenticate } = await startClerkServer();
    clerk.putUser(ada);
    const token = await clerk.signToken('user_ada', { azp: undefined });
    await expect(authenticate(token)).resolves.toBeDefined();
    await expect(authenticate(token, { isOfCookie: true })).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    const ofPage = await clerk.signToken('user_ada');
    await expect(authenticate(ofPage, { isOfCookie: true })).resolves.toBeDefined();
  });

  test('only of the issuers and for the audiences that were named', async () => {
    const { clerk, authenticate } = await startClerkServer({
      CLERK_ISSUER: 'https://clerk.chat.example, https://chat.example/__clerk',
      CLERK_AUDIENCE: 'chat',
    });
    clerk.putUser(ada);
    const codeFor = async (claims: Record<string, unknown>) =>
      authenticate(await clerk.signToken('user_ada', claims)).then(
        () => 'OK',
        (error: { code: string }) => error.code,
      );
    expect(await codeFor({})).toBe('OK');
    expect(await codeFor({ iss: 'https://chat.example/__clerk', aud: ['other', 'chat'] })).toBe('OK');
    expect(await codeFor({ iss: 'https://clerk.evil.example' })).toBe('UNAUTHORIZED');
    expect(await codeFor({ iss: undefined })).toBe('UNAUTHORIZED');
    expect(await codeFor({ aud: 'other' })).toBe('UNAUTHORIZED');
  });
});

describe('time', () => {
  test('a clock 30 seconds off, either way, refuses nobody', async () => {
    const { clerk, authenticate, nowSeconds: now } = await startClerkServer();
    clerk.putUser(ada);
    const late = await clerk.signToken('user_ada', { exp: now - 28 });
    const early = await clerk.signToken('user_ada', { iat: now + 28, nbf: now + 28, exp: now + 88 });
    await expect(authenticate(late)).resolves.toBeDefined();
    await expect(authenticate(early)).resolves.toBeDefined();
  });

  test('a token that was accepted is refused once it has expired', async () => {
    const { clerk, clock, authenticate } = await startClerkServer();
    clerk.putUser(ada);
    const token = await clerk.signToken('user_ada');
    await authenticate(token);
    // The token counts from a moment later than this clock, by as long as the server took to start.
    clock.advance(120_000);
    await expect(authenticate(token)).rejects.toMatchObject({ message: 'The session token expired' });
  });

  test('a wire that cannot refresh may let a token in that expired a bounded time ago', async () => {
    const { clerk, clock, authenticate } = await startClerkServer();
    clerk.putUser(ada);
    const token = await clerk.signToken('user_ada');
    clock.advance(60_000 + 30_000 + 590_000);
    await expect(authenticate(token, { expiredForAtMostMs: 600_000 })).resolves.toBeDefined();
    await expect(authenticate(token)).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    clock.advance(12_000);
    await expect(authenticate(token, { expiredForAtMostMs: 600_000 })).rejects.toMatchObject({
      code: 'UNAUTHORIZED',
    });
  });
});

describe('Clerk', () => {
  test('is not asked for keys when CLERK_JWT_KEY is set', async () => {
    const clerk = await startFakeClerk();
    const CLERK_JWT_KEY = clerk.jwtKey.replaceAll('\n', '\\n');
    await using server = await startTestServer({ env: { ...clerk.env, CLERK_JWT_KEY } });
    onTestFinished(() => clerk[Symbol.asyncDispose]());
    clerk.putUser(ada);
    await server.app.authenticate(await clerk.signToken('user_ada'));
    expect(clerk.requests).toEqual(['GET /v1/users/user_ada']);
  });

  test('is asked for its keys once, however many made-up key ids arrive', async () => {
    const { clerk, authenticate } = await startClerkServer();
    const tokens = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        clerk.signToken('user_ada', {}, { keyId: `made-up-${index}` }),
      ),
    );
    const results = await Promise.allSettled(tokens.map((token) => authenticate(token)));
    expect(results.every(({ status }) => status === 'rejected')).toBe(true);
    expect(clerk.requests).toEqual(['GET /v1/jwks']);
  });

  test('being down stops newcomers with a retryable error and nobody else', async () => {
    const { clerk, clock, authenticate } = await startClerkServer();
    clerk.putUser(ada);
    clerk.putUser({ ...ada, id: 'user_eve' });
    await authenticate(await clerk.signToken('user_ada'));
    clerk.failWith = 500;
    clock.advance(40_000);
    await expect(authenticate(await clerk.signToken('user_ada', { sid: 'sess_2' }))).resolves.toBeDefined();
    const newcomer = await clerk.signToken('user_eve');
    await expect(authenticate(newcomer)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    clerk.failWith = null;
    clock.advance(1_000);
    await expect(authenticate(newcomer)).resolves.toBeDefined();
  });

  test('is left alone while it fails: three hundred strangers make one request and one line in the log', async () => {
    const lines: string[] = [];
    const { clerk, clock, authenticate } = await startClerkServer({}, lines);
    clerk.failWith = 500;
    const strangers = async () => {
      for (let index = 0; index < 300; index += 1) {
        const token = await clerk.signToken('user_ada', {}, { keyId: `made-up-${index}` });
        await expect(authenticate(token)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
      }
    };
    await strangers();
    expect([clerk.requests.length, lines.length]).toEqual([1, 1]);

    clock.advance(1_000);
    await strangers();
    expect([clerk.requests.length, lines.length]).toEqual([2, 2]);
    await expect(authenticate(await clerk.signToken('user_ada'))).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      retryAfterMs: 2_000,
    });
  });

  test('hears nothing of tokens that could not be good', async () => {
    const { clerk, authenticate, nowSeconds } = await startClerkServer();
    const unsignedToken = (claims: object) =>
      `${unsigned({ alg: 'RS256', typ: 'JWT', kid: 'ins_fake' }, claims)}c2lnbmVk`;
    for (const token of [
      'a.b.c',
      unsignedToken({}),
      unsignedToken({ sub: 'user_ada' }),
      unsignedToken({ sub: 'user_ada', exp: nowSeconds + 60, azp: 'https://evil.example' }),
    ]) {
      await expect(authenticate(token)).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    }
    expect(clerk.requests).toEqual([]);
  });

  test('leaves the reason why a token was refused in the log, and nothing of the token', async () => {
    const lines: string[] = [];
    const { clerk, authenticate, nowSeconds } = await startClerkServer({}, lines);
    const foreignKey = await generateKeyPair('RS256');
    const payload = Buffer.from('{"secret-claim').toString('base64url');
    const tokens = [
      `e30.${payload}.c2lnbmVk`,
      await clerk.signToken('user_ada', { exp: undefined }),
      await clerk.signToken('user_ada', { azp: 'https://evil.example' }),
      await clerk.signToken('user_ada', { exp: nowSeconds - 600 }),
      await clerk.signToken('user_ada', {}, { privateKey: foreignKey.privateKey }),
    ];
    for (const token of tokens)
      await expect(authenticate(token)).rejects.toMatchObject({ code: 'UNAUTHORIZED' });

    expect(lines.map((line) => JSON.parse(line).reason)).toEqual([
      'token-invalid',
      'These claims are missing or malformed: exp',
      'The party is foreign',
      'The session token expired',
      'token-invalid-signature',
    ]);
    expect(lines.join('')).not.toMatch(/secret-claim|evil\.example|c2lnbmVk/);
  });

  test('is not asked again and again for somebody it does not know', async () => {
    const { clerk, clock, authenticate } = await startClerkServer();
    for (const sid of ['sess_1', 'sess_2', 'sess_3']) {
      const token = await clerk.signToken('user_eve', { sid });
      await expect(authenticate(token)).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    }
    expect(clerk.requests).toEqual(['GET /v1/jwks', 'GET /v1/users/user_eve']);
    clerk.putUser({ ...ada, id: 'user_eve' });
    clock.advance(10_000);
    await expect(authenticate(await clerk.signToken('user_eve'))).resolves.toBeDefined();
  });

  test('not answering leaves the keys that are known good, until it answers with others', async () => {
    const { clerk, clock, authenticate } = await startClerkServer();
    clerk.putUser(ada);
    const signIn = async (sid: string) => {
      const exp = Math.floor(clock.now() / 1000) + 60;
      return authenticate(await clerk.signToken('user_ada', { sid, exp }));
    };
    await signIn('sess_1');
    clerk.failWith = 503;
    clock.advance(10 * 60_000);
    await expect(signIn('sess_2')).resolves.toBeDefined();
    clerk.failWith = null;
    clerk.withdrawKey();
    clock.advance(10 * 60_000);
    await expect(signIn('sess_3')).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
  });
});

test('the database being down is a retryable error, for newcomers and people known alike', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'whisper-down-'));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const store = await startEmbeddedMongo({ dataDir, isDurable: false });
  const clock = new ManualClock();
  await using server = await startTestServer({ clock, env: { MONGODB_URI: store.uri } });
  const [alice, bob] = [await server.tokenFor('alice'), await server.tokenFor('bob')];
  await server.app.authenticate(alice);
  await store.close();
  clock.advance(31_000);
  for (const token of [alice, bob]) {
    await expect(server.app.authenticate(token)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  }
});
