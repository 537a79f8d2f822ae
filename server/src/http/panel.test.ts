import { describe, expect, it } from 'vitest';
import { createLogger } from '../platform/logger.ts';
import { ManualClock, startTestServer } from '../testing/index.ts';
import { describeRouter } from '../wires/trpc/describe-router.ts';

const production = {
  NODE_ENV: 'production',
  RATE_LIMITS: 'on',
  CLERK_SECRET_KEY: 'sk_test_0',
  CLERK_AUTHORIZED_PARTIES: 'https://whisper.example',
};

describe('/panel', () => {
  it('describes the router that is running', async () => {
    await using server = await startTestServer();

    const response = await fetch(`${server.url}/panel/api.json`);

    expect(await response.json()).toEqual(JSON.parse(JSON.stringify(describeRouter(server.server.router))));
  });

  it('does not exist in production without PANEL_TOKEN', async () => {
    await using server = await startTestServer({ env: production });

    const [panel, unknown] = await Promise.all([
      fetch(`${server.url}/panel/api.json`),
      fetch(`${server.url}/nope`),
    ]);

    expect(panel.status).toBe(404);
    expect(await panel.text()).toBe(await unknown.text());
  });

  it('asks for PANEL_TOKEN in production', async () => {
    await using server = await startTestServer({ env: { ...production, PANEL_TOKEN: 'pässword:1' } });
    const statusWith = async (authorization?: string) => {
      const headers = authorization ? { authorization } : undefined;
      const response = await fetch(`${server.url}/panel/api.json`, headers && { headers });
      return [response.status, response.headers.get('www-authenticate')?.split(' ')[0]];
    };
    const basic = (credentials: string) => `Basic ${Buffer.from(credentials).toString('base64')}`;

    expect(await statusWith()).toEqual([401, 'Basic']);
    expect(await statusWith(basic('any:wrong'))).toEqual([401, 'Basic']);
    expect(await statusWith('Basic !')).toEqual([401, 'Basic']);
    expect(await statusWith(basic('any:pässword:1'))).toEqual([200, undefined]);
  });

  it('slows down who guesses PANEL_TOKEN, and tells the log without saying what was tried', async () => {
    const lines: string[] = [];
    const clock = new ManualClock();
    await using server = await startTestServer({
      clock,
      // Each process counts what was tried on it.
      isAlone: true,
      env: { ...production, PANEL_TOKEN: 'correct horse' },
      log: createLogger('info', { write: (line) => void lines.push(line) }),
    });
    const tryWith = async (password: string) => {
      const authorization = `Basic ${Buffer.from(`any:${password}`).toString('base64')}`;
      const { status, headers } = await fetch(`${server.url}/panel/api.json`, { headers: { authorization } });
      return [status, headers.get('retry-after')];
    };

    for (let guess = 0; guess < 10; guess += 1) expect(await tryWith(`guess ${guess}`)).toEqual([401, null]);
    for (let guess = 0; guess < 100; guess += 1) expect(await tryWith(`more ${guess}`)).toEqual([429, '60']);
    expect(await tryWith('correct horse')).toEqual([429, '60']);
    expect(lines).toHaveLength(10);
    expect(lines.join('')).not.toMatch(/guess \d|more \d|Z3Vlc3M/);
    expect(JSON.parse(lines[9] ?? '')).toMatchObject({
      setting: 'PANEL_TOKEN',
      address: '127.0.0.1',
      tries: 10,
    });

    clock.advance(60_000);
    expect(await tryWith('correct horse')).toEqual([200, null]);
  });
});
