import { describe, expect, it, onTestFinished } from 'vitest';
import { startTestServer } from '../testing/index.ts';
import { webPolicy } from './web-policy.ts';

async function start(): Promise<string> {
  const server = await startTestServer();
  onTestFinished(() => server[Symbol.asyncDispose]());
  return server.url;
}

describe('the web app', () => {
  it('answers at / and at the address of every conversation', async () => {
    const url = await start();
    const page = await fetch(url);
    const conversation = await fetch(`${url}/chats/${'a'.repeat(24)}`);

    expect(page.status).toBe(conversation.status);
    expect((await page.text()).replaceAll('="./', '="../')).toBe(await conversation.text());
  });

  it('answers a browser at an address that is nobody’s, so that a person reads what is wrong', async () => {
    const url = await start();
    const headers = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

    const page = await fetch(`${url}/nothing`, { headers });

    expect(page.headers.get('content-type')).not.toContain('json');
    expect((await fetch(`${url}/nothing`, { method: 'POST', headers })).status).toBe(404);
    expect((await fetch(`${url}/api/nothing`, { headers })).headers.get('content-type')).toContain('json');
  });

  it('leaves every other address to the API, which answers that there is nothing', async () => {
    const url = await start();

    for (const path of [
      '/favicon.php',
      '/.env',
      '/people',
      '/index.html',
      '/trpc/none',
      '/api/none',
      '/dev/none',
    ]) {
      const answer = await fetch(url + path);
      expect([path, answer.status]).toEqual([path, 404]);
      expect(answer.headers.get('content-type'), path).toContain('application/json');
    }
  });
});

describe('the policy of its pages', () => {
  it('knows this server alone', () => {
    const policy = webPolicy({ isLocalIssuer: true, CLERK_AUTHORIZED_PARTIES: undefined });
    expect(policy).not.toContain('unsafe');
    expect(policy).toContain("connect-src 'self';");
  });

  it('lets Clerk in where people sign in with it, and still no inline script', () => {
    const policy = webPolicy({
      isLocalIssuer: false,
      CLERK_AUTHORIZED_PARTIES: ['https://chat.example.com'],
    });
    expect(policy).toMatch(/connect-src 'self' [^;]*https:\/\/clerk\.example\.com/);
    expect(/script-src [^;]*/.exec(policy)?.[0]).not.toContain('unsafe');
  });
});
