import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { bun, bunCommand } from '../testing/legacy/bun-command.ts';
import { runSmokeFlow } from '../testing/legacy/smoke-flow.ts';
import { fakeClerkOrigin, startFakeClerk } from '../testing/fake-clerk.ts';

const root = resolve(import.meta.dirname, '../../..');

/** Starts the server under Bun and resolves with its address. It is stopped at the end of the test. */
async function startUnderBun(settings: Record<string, string>): Promise<string> {
  const child = spawn('npx', bunCommand, {
    cwd: root,
    env: { ...process.env, ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
    // A process group of its own, because npx does not hand signals on.
    detached: true,
  });
  const ended = once(child, 'exit');
  onTestFinished(async () => {
    if (child.pid) process.kill(-child.pid, 'SIGTERM');
    await ended;
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /Whisper\s+(http:\S+)/.exec(line)?.[1];
    if (url) return url;
  }
  throw new Error('The server ended before it was ready');
}

describe('under Bun', () => {
  it('the server serves old clients on Clerk’s tokens and the embedded store', async ({ skip }) => {
    const hasBun = spawnSync('npx', [...bun, '--version'], { timeout: 120_000 }).status === 0;
    if (!process.env['CI']) skip(!hasBun, 'npx cannot get bun');
    expect(hasBun).toBe(true);

    await using clerk = await startFakeClerk();
    for (const id of ['user_alice', 'user_bob']) {
      clerk.putUser({ id, first_name: id, email_addresses: [{ email_address: `${id}@mail.example` }] });
    }
    const dataDir = await mkdtemp(join(tmpdir(), 'whisper-bun-'));
    onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
    const url = await startUnderBun({
      ...clerk.env,
      CLERK_JWT_KEY: clerk.jwtKey,
      CLERK_AUTHORIZED_PARTIES: fakeClerkOrigin,
      DATA_DIR: dataDir,
      HOST: '127.0.0.1',
      LOG_LEVEL: 'warn',
      MONGODB_URI: '',
      NODE_ENV: 'development',
      PORT: '0',
    });
    const [aliceToken, bobToken] = await Promise.all([
      clerk.signToken('user_alice'),
      clerk.signToken('user_bob'),
    ]);
    await runSmokeFlow(url, { aliceToken, bobToken });
  }, 180_000);
});
