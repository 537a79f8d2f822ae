import { demoPeople } from '@whisper/shared';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { chmod, chown, mkdtemp, readdir, rm, stat, symlink } from 'node:fs/promises';
import { IncomingMessage, request, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { systemClock } from '../platform/clock.ts';
import { fakeClerkOrigin, startFakeClerk } from '../testing/fake-clerk.ts';
import { startTestServer, type TestServer } from '../testing/index.ts';
import { openDevIssuer } from './dev-issuer.ts';
import { handleDevToken } from './dev-token.ts';

type Answer = {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
};
type Asked = { readonly path?: string; readonly headers?: Record<string, string>; readonly body?: string };

/** Like fetch, but any Host header can be sent. */
function ask(server: TestServer, { path = '/dev/token', headers = {}, body }: Asked): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const method = body === undefined ? 'GET' : 'POST';
    const outgoing = request(`${server.url}${path}`, { method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
      });
    });
    outgoing.on('error', reject).end(body);
  });
}

const alice = JSON.stringify({ user: 'alice' });

/** Making its key takes longer than what is asked of it. */
let issuer: ReturnType<typeof openDevIssuer> | undefined;

/** The status a device of that address gets. */
async function askFrom(
  remoteAddress: string | undefined,
  headers: Record<string, string>,
  isForLan = true,
): Promise<number> {
  issuer ??= openDevIssuer({ dataDir: inject('identityDir'), clock: systemClock });
  const incoming = new IncomingMessage(
    Object.defineProperty(new Socket(), 'remoteAddress', { value: remoteAddress }),
  );
  Object.assign(incoming, { method: 'GET', url: '/dev/people', httpVersion: '1.1', headers });
  const response = new ServerResponse(incoming);
  await handleDevToken({ issuer: await issuer, isForLan }, incoming, response);
  return response.statusCode;
}

async function tempDir(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'whisper-issuer-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

describe('on this machine', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test('answers with a 60-second token of Clerk’s shape', async () => {
    const { status, body, headers } = await ask(server, { body: alice });
    const { token, expiresAt } = JSON.parse(body) as { token: string; expiresAt: string };
    const claims = decodeJwt(token);
    expect(status).toBe(200);
    expect(headers['cache-control']).toBe('no-store');
    expect(decodeProtectedHeader(token)).toMatchObject({ alg: 'RS256', typ: 'JWT' });
    expect(Object.keys(claims).sort()).toEqual(['azp', 'exp', 'iat', 'iss', 'nbf', 'sid', 'sub']);
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(60);
    expect(Date.parse(expiresAt)).toBe((claims.exp ?? 0) * 1000);
  });

  test('the token signs that person in, by the same name in any case', async () => {
    const { viewer } = await server.app.authenticate(await server.tokenFor('alice'));
    const again = await server.app.authenticate(await server.tokenFor('ALICE'));
    expect(viewer.user).toMatchObject({ name: 'alice', avatar: null });
    expect(again.viewer.id).toBe(viewer.id);
  });

  test('a name that is new makes that person', async () => {
    const { viewer } = await server.app.authenticate(await server.tokenFor('Zoë van Dam'));
    expect(viewer.user).toMatchObject({ name: 'zoë van dam' });
  });

  test('a hundred first contacts at once make one user', async () => {
    const tokens = await Promise.all(Array.from({ length: 100 }, () => server.tokenFor('many')));
    const identities = await Promise.all(tokens.map((token) => server.app.authenticate(token)));
    expect(new Set(tokens).size).toBe(100);
    expect(new Set(identities.map(({ viewer }) => viewer.id)).size).toBe(1);
    expect(await server.app.db.collection('users').countDocuments({ name: 'many' })).toBe(1);
  });

  test('lists the demo people', async () => {
    const { body } = await ask(server, { path: '/dev/people' });
    expect(JSON.parse(body)).toEqual({ people: demoPeople });
  });

  test.for(['localhost', 'localhost:3000', '127.0.0.1:3000', '127.0.0.2', '[::1]:3000'])(
    'serves the host %s',
    async (host) => {
      expect((await ask(server, { body: alice, headers: { host } })).status).toBe(200);
    },
  );

  test.for<Record<string, string>>([
    { host: 'evil.example' },
    { host: 'localhost.evil.example' },
    { host: '127.0.0.1.evil.example' },
    { host: '192.168.1.5:3000' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { 'x-forwarded-for': '203.0.113.9' },
    { forwarded: 'for=203.0.113.9' },
    { 'x-real-ip': '203.0.113.9' },
    { via: '1.1 proxy' },
    { 'x-forwarded-host': 'chat.example' },
    { 'x-forwarded-proto': 'https' },
    { 'cf-connecting-ip': '203.0.113.9' },
    { 'true-client-ip': '203.0.113.9' },
  ])('refuses %o, and lets no page read why', async (headers) => {
    for (const asked of [{ body: alice }, { path: '/dev/people' }]) {
      const answer = await ask(server, { ...asked, headers });
      expect(answer.status).toBe(403);
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
      expect(answer.body).not.toContain('token"');
    }
  });

  test('refuses a peer that is not on this machine', async () => {
    expect(await askFrom(undefined, { host: 'localhost' }, false)).toBe(403);
    expect(await askFrom('192.168.1.7', { host: '192.168.1.5:3000' }, false)).toBe(403);
  });

  test.for([
    '',
    '{',
    '[]',
    '{}',
    '{"user":""}',
    '{"user":"../../etc"}',
    '{"user":{"$ne":null}}',
    '{"user":7}',
  ])('answers BAD_REQUEST to %s', async (body) => {
    const answer = await ask(server, { body });
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'BAD_REQUEST' });
  });

  test('answers 413 to a body beyond any name, 404 to anything else below /dev', async () => {
    expect((await ask(server, { body: 'x'.repeat(5_000) })).status).toBe(413);
    expect((await ask(server, { path: '/dev/token' })).status).toBe(404);
    expect((await ask(server, { path: '/dev/other', body: alice })).status).toBe(404);
  });
});

describe('with DEV_SIGN_IN_LAN', () => {
  test('a phone, which asks by an address, is signed in', async () => {
    await using server = await startTestServer({ env: { DEV_SIGN_IN_LAN: 'on' } });
    for (const host of ['192.168.1.5:3000', '10.0.2.2:3000', 'localhost:3000', '[fe80::1]:3000']) {
      expect((await ask(server, { body: alice, headers: { host } })).status).toBe(200);
      expect((await ask(server, { body: alice, headers: { host, origin: `http://${host}` } })).status).toBe(
        200,
      );
    }
  });

  test.for(['192.168.1.7', '::ffff:10.1.2.3', '172.16.0.9', 'fe80::7', '127.0.0.1'])(
    'serves %s',
    async (peer) => {
      expect(await askFrom(peer, { host: '192.168.1.5:3000' })).toBe(200);
    },
  );

  test.for(['203.0.113.9', '::ffff:203.0.113.9', '172.32.0.1', '2001:db8::7', undefined])(
    'refuses %s',
    async (peer) => {
      expect(await askFrom(peer, { host: '192.168.1.5:3000' })).toBe(403);
    },
  );

  test.for<Record<string, string>>([
    { host: 'evil.example' },
    { host: '203.0.113.9:3000' },
    { host: '192.168.1.5.evil.example' },
    { host: '192.168.1.5', origin: 'https://evil.example' },
    { host: '192.168.1.5', origin: 'http://192.168.1.66' },
    { host: '192.168.1.5', origin: 'null' },
    { host: '192.168.1.5', 'x-forwarded-for': '192.168.1.7' },
    {},
  ])('refuses %o from a phone', async (headers) => {
    expect(await askFrom('192.168.1.7', headers)).toBe(403);
  });
});

describe('where Clerk is configured', () => {
  test.for(['development', 'production'])('there is no local issuer in %s', async (mode) => {
    await using clerk = await startFakeClerk();
    await using server = await startTestServer({ env: { ...clerk.env, NODE_ENV: mode, RATE_LIMITS: 'on' } });
    expect((await ask(server, { body: alice })).status).toBe(404);
    expect((await ask(server, { path: '/dev/people' })).status).toBe(404);
  });

  test('a local token is nobody’s', async () => {
    await using local = await startTestServer();
    await using clerk = await startFakeClerk();
    await using server = await startTestServer({ env: { ...clerk.env, CLERK_JWT_KEY: clerk.jwtKey } });
    const token = await local.tokenFor('alice');
    await expect(server.app.authenticate(token)).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
  });
});

describe('the issuer’s key', () => {
  test('is kept for its owner alone and survives a restart', async () => {
    const dataDir = join(await tempDir(), 'new');
    const first = await openDevIssuer({ dataDir, clock: systemClock });
    const second = await openDevIssuer({ dataDir, clock: systemClock });
    expect(second.publicKey).toBe(first.publicKey);
    expect((await stat(join(dataDir, 'local-issuer.pem'))).mode & 0o777).toBe(0o600);
  });

  test('is one, however many processes start at once', async () => {
    const dataDir = await tempDir();
    const open = () => openDevIssuer({ dataDir, clock: systemClock });
    const issuers = await Promise.all([open(), open(), open()]);
    expect(new Set(issuers.map(({ publicKey }) => publicKey)).size).toBe(1);
    expect(await readdir(dataDir)).toEqual(['local-issuer.pem']);
  });

  test('is made anew when others could have read it', async () => {
    const dataDir = await tempDir();
    const first = await openDevIssuer({ dataDir, clock: systemClock });
    await chmod(join(dataDir, 'local-issuer.pem'), 0o644);
    const second = await openDevIssuer({ dataDir, clock: systemClock });
    expect(second.publicKey).not.toBe(first.publicKey);
    expect((await stat(join(dataDir, 'local-issuer.pem'))).mode & 0o777).toBe(0o600);
  });

  test('stops the start when it is a link, to whatever it leads', async () => {
    const [dataDir, elsewhere] = [await tempDir(), await tempDir()];
    await openDevIssuer({ dataDir: elsewhere, clock: systemClock });
    await symlink(join(elsewhere, 'local-issuer.pem'), join(dataDir, 'local-issuer.pem'));
    await expect(openDevIssuer({ dataDir, clock: systemClock })).rejects.toThrow('DATA_DIR: ');
  });

  test.runIf(process.getuid?.() === 0)('stops the start when another user put it there', async () => {
    const dataDir = await tempDir();
    await openDevIssuer({ dataDir, clock: systemClock });
    await chown(join(dataDir, 'local-issuer.pem'), 12_345, 12_345);
    await expect(openDevIssuer({ dataDir, clock: systemClock })).rejects.toThrow('another user');
  });

  test('another data directory’s tokens are refused, and so are Clerk’s', async () => {
    await using server = await startTestServer();
    const other = await openDevIssuer({ dataDir: await tempDir(), clock: systemClock });
    await using clerk = await startFakeClerk();
    const { token } = await other.issue('alice');
    const tokens = [token, await clerk.signToken('user_ada', { azp: fakeClerkOrigin })];
    for (const token of tokens) {
      await expect(server.app.authenticate(token)).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    }
  });
});
