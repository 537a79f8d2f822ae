import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventSource } from 'eventsource';
import { io } from 'socket.io-client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { collect } from '../src/testing/index.ts';
import { programArgs } from '../src/testing/programs.ts';
import { TestClient } from '../src/testing/test-client.ts';

/** The real process, in a folder of its own, where its `.env` and its data are. */
async function run(
  env: Record<string, string> = {},
  prepare: (cwd: string) => Promise<void> = async () => {},
) {
  const cwd = await mkdtemp(join(tmpdir(), 'whisper-process-'));
  await prepare(cwd);
  const child = spawn(process.execPath, programArgs('server'), {
    cwd,
    env: { PATH: process.env['PATH'], HOST: '127.0.0.1', PORT: '0', DATA_DIR: join(cwd, 'data'), ...env },
  });
  let output = '';
  const exited = once(child, 'exit').then(([code]: unknown[]) => code);
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exited;
    await rm(cwd, { recursive: true, force: true, maxRetries: 5 });
  });
  return {
    child,
    exited,
    output: () => output,
    ready: async (): Promise<string> => {
      const found = () => /http:\/\/[\w.]+:\d+/.exec(output)?.[0];
      while (!found())
        await Promise.race([once(child.stdout, 'data'), exited.then(() => expect.fail(output))]);
      return found() ?? '';
    },
  };
}

/** What the process says when it will not start; it must end by itself, with 1 and no stack. */
async function refusal(...args: Parameters<typeof run>): Promise<string> {
  const { exited, output } = await run(...args);
  expect(await exited).toBe(1);
  expect(output()).not.toMatch(/\n\s+at /);
  return output();
}

async function tokenOf(url: string, user: string): Promise<string> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' } };
  const response = await fetch(`${url}/dev/token`, { ...init, body: JSON.stringify({ user }) });
  return ((await response.json()) as { token: string }).token;
}

describe('the process', () => {
  it('ends with 0 on SIGTERM while clients of every wire are connected, and logs no token and no text', async () => {
    const { child, exited, output, ready } = await run({ LOG_LEVEL: 'debug' });
    const url = await ready();
    const token = await tokenOf(url, 'alice');
    const alice = await TestClient.open(url, token);
    const bob = await TestClient.open(url, await tokenOf(url, 'bob'));
    const chat = await alice.api.chat.openDirect.mutate({ userId: bob.me.id });
    const events = collect((on) => alice.api.message.onEvent.subscribe({}, on));
    const legacy = io(url, { auth: { token }, transports: ['websocket'] });
    const params = encodeURIComponent(JSON.stringify({ token }));
    const stream = new EventSource(`${url}/trpc/presence.onChange?connectionParams=${params}`);
    onTestFinished(async () => {
      legacy.close();
      stream.close();
      await Promise.all([alice.close(), bob.close()]);
    });
    await Promise.all([
      new Promise((resolve) => legacy.once('online-users', resolve)),
      new Promise((resolve) => stream.addEventListener('connected', resolve, { once: true })),
      events.until((items) => items.length === 1),
    ]);
    const text = `secret ${randomUUID()}`;
    await bob.socketApi.message.send.mutate({ chatId: chat.id, text, clientId: randomUUID() });
    await bob.api.message.send
      .mutate({ chatId: chat.id, text: `${text} `.repeat(500), clientId: text })
      .catch(() => 0);
    await fetch(`${url}/trpc/auth.me?token=${token}`, { headers: { authorization: `Bearer ${token}x` } });

    child.kill('SIGTERM');

    expect(await exited).toBe(0);
    expect(output()).toContain('a call was refused');
    expect(output()).not.toContain(text);
    expect(output()).not.toContain(token.slice(0, 40));
  });
});

it('proposes commands that reach it where it is', async () => {
  const { ready, output } = await run();
  const url = await ready();
  for (const name of ['alice', 'bob']) {
    expect(output()).toContain(`npm run chat -- --as ${name} --url "${url}"`);
  }
});

describe('a process that cannot start', () => {
  it('names every wrong setting in production without Clerk', async () => {
    const said = await refusal({ NODE_ENV: 'production', PORT: 'high', RATE_LIMITS: 'off' });
    for (const name of ['CLERK_SECRET_KEY', 'CLERK_AUTHORIZED_PARTIES', 'PORT', 'RATE_LIMITS']) {
      expect(said).toContain(name);
    }
  });

  it('says which port is in use', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    onTestFinished(() => void holder.close());
    const address = holder.address();
    const port = String(typeof address === 'object' && address?.port);

    expect(await refusal({ PORT: port })).toMatch(new RegExp(`${port}.*Set PORT`));
  });

  it('says that .env cannot be read, and what is wrong in one that can', async () => {
    const unreadable = await refusal({}, (cwd) => mkdir(join(cwd, '.env')));
    const wrong = await refusal({}, (cwd) => writeFile(join(cwd, '.env'), 'LOG_LEVEL=loud\nNODE_ENV=moon\n'));

    expect(unreadable).toContain('.env');
    expect(wrong).toMatch(/LOG_LEVEL[\s\S]*NODE_ENV|NODE_ENV[\s\S]*LOG_LEVEL/);
  });

  it('names the setting that is at fault when its value is of the right shape and no use', async () => {
    const said = await Promise.all([
      refusal({ MONGODB_URI: 'mongodb://127.0.0.1:9/none?nothing=1' }),
      refusal({ HOST: '203.0.113.1' }),
      refusal({ CLERK_SECRET_KEY: 'sk_test_0' }),
      refusal({}, (cwd) => writeFile(join(cwd, '.env'), Buffer.from('\ufeffPORT=0', 'utf16le'))),
      refusal({ DATA_DIR: '/dev/null/data' }),
    ]);
    expect(said[0]).toContain('MONGODB_URI: ');
    expect(said[1]).toMatch(/203\.0\.113\.1.*set HOST/);
    expect(said[2]).toContain('CLERK_AUTHORIZED_PARTIES: is required in production');
    expect(said[3]).toContain('UTF-16');
    expect(said[4]).toContain('DATA_DIR: ');
  });

  it('says that its database cannot be reached', async () => {
    expect(await refusal({ MONGODB_URI: 'mongodb://127.0.0.1:9/none' })).toContain('127.0.0.1:9');
  });
});
