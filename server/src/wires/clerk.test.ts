import { LegacyMeSchema } from '@whisper/shared/legacy';
import { describe, expect, it, onTestFinished } from 'vitest';
import { request } from '../testing/legacy/legacy-client.ts';
import { LegacyTestSocket } from '../testing/legacy/legacy-socket.ts';
import { runSmokeFlow } from '../testing/legacy/smoke-flow.ts';
import { startFakeClerk, type FakeClerk } from '../testing/fake-clerk.ts';
import { startTestServer } from '../testing/index.ts';

const person = (name: string) => ({
  id: `user_${name}`,
  first_name: name,
  last_name: 'Example',
  email_addresses: [{ email_address: `${name}@Mail.example` }],
});

async function startServerOf(clerk: FakeClerk) {
  for (const name of ['alice', 'bob']) clerk.putUser(person(name));
  return startTestServer({ env: { ...clerk.env, CLERK_JWT_KEY: clerk.jwtKey } });
}

describe('the old interface with Clerk', () => {
  it('runs on Clerk’s own tokens, and asks Clerk for nothing but profiles', async () => {
    await using clerk = await startFakeClerk();
    await using server = await startServerOf(clerk);
    const [aliceToken, bobToken] = await Promise.all([
      clerk.signToken('user_alice'),
      clerk.signToken('user_bob'),
    ]);
    await runSmokeFlow(server.url, { aliceToken, bobToken });

    expect(clerk.requests.sort()).toEqual(['GET /v1/users/user_alice', 'GET /v1/users/user_bob']);
    const { body } = await request(server.url, 'GET /api/auth/me', { cookie: `__session=${aliceToken}` });
    expect(LegacyMeSchema.parse(body)).toMatchObject({
      clerkId: 'user_alice',
      name: 'alice Example',
      email: 'alice@mail.example',
      avatar: 'https://img.example/user_alice.png',
    });
  });

  it('refuses tokens that Clerk did not make for us, on both wires', async () => {
    await using clerk = await startFakeClerk();
    await using stranger = await startFakeClerk({ hasOwnKey: true });
    await using server = await startServerOf(clerk);
    const now = Math.floor(Date.now() / 1000);
    const tokens = await Promise.all([
      stranger.signToken('user_alice'),
      clerk.signToken('user_alice', { exp: now - 120, iat: now - 180, nbf: now - 190 }),
      clerk.signToken('user_alice', { azp: 'https://evil.example' }),
      clerk.signToken('user_nobody'),
    ]);
    for (const token of tokens) {
      const answer = await request(server.url, 'GET /api/auth/me', { authorization: `Bearer ${token}` });
      expect([answer.status, answer.body]).toEqual([401, { message: 'Unauthorized' }]);
      const socket = new LegacyTestSocket(server.url, { token });
      onTestFinished(() => socket.close());
      expect(await socket.refusal()).toMatchObject({ message: 'Authentication error' });
    }
  });

  it('lets a first contact by socket through as soon as Clerk answers again', async () => {
    await using clerk = await startFakeClerk();
    await using server = await startServerOf(clerk);
    clerk.failWith = 503;
    const token = await clerk.signToken('user_alice');
    expect((await request(server.url, 'GET /api/auth/me', { authorization: `Bearer ${token}` })).status).toBe(
      503,
    );

    const socket = new LegacyTestSocket(server.url, { token }, { reconnectionDelay: 1 });
    onTestFinished(() => socket.close());
    await new Promise((resolve) => socket.client.io.once('reconnect_attempt', resolve));
    clerk.failWith = null;
    await socket.next('online-users');
  });
});
