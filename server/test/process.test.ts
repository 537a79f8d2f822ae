import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { EventSource } from 'eventsource';
import { io } from 'socket.io-client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { fetchDevToken } from '../src/testing/dev-token.ts';
import { collect } from '../src/testing/index.ts';
import { TestClient } from '../src/testing/test-client.ts';
import { refusal, run } from './run-process.ts';

describe('the process', () => {
  it('ends with 0 on SIGTERM while clients of every wire are connected, and logs no token and no text', async () => {
    const { child, exited, output, ready } = await run({ LOG_LEVEL: 'debug' });
    const url = await ready();
    const token = await fetchDevToken(url, 'alice');
    const alice = await TestClient.open(url, token);
    const bob = await TestClient.open(url, await fetchDevToken(url, 'bob'));
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

// The rest of its ends and refusals: process.long.test.ts.
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
});
