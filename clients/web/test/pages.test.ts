import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { startTestServer, type TestServer } from '@whisper/server/testing';
import { closeCodes } from '@whisper/shared';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { AppPage, openApp } from './app-page.ts';
import { hasBrowser, slow } from '@whisper/server/testing/browser';
import { signInClient } from './sample-chats.ts';
import { useBrowser } from './use-browser.ts';

const browser = useBrowser();
const scriptBytesMax = 250_000;
const emojiBytesMax = 60_000;
const assets = fileURLToPath(new URL('../dist/assets/', import.meta.url));

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  for (const name of ['bob', 'carol']) (await signInClient(server.url, name)).close();
});
afterAll(() => server[Symbol.asyncDispose]());

describe.skipIf(!hasBrowser)('a person', slow, () => {
  it('is somebody else in another tab, the same after a reload, and nobody after signing out', async () => {
    const context = await browser().newContext({ baseURL: server.url });
    onTestFinished(() => context.close());
    const [first, second] = [new AppPage(await context.newPage()), new AppPage(await context.newPage())];
    for (const [tab, name] of [
      [first, 'alice'],
      [second, 'erin'],
    ] as const) {
      await tab.page.goto('/');
      await tab.page.getByRole('button', { name }).click();
      await tab.loaded();
    }

    await first.page.reload();
    await first.loaded();
    expect(await first.page.locator('.me-name').innerText()).toBe('alice');
    expect(await second.page.locator('.me-name').innerText()).toBe('erin');

    await first.page.getByRole('button', { name: 'Sign out' }).click();
    await first.page.reload();
    await first.page.getByText('Who are you?').waitFor();
    await second.row('bob').waitFor();
  });

  it('is led to the panel and to the page of the old API', async () => {
    const { page } = await openApp(browser(), { url: server.url });
    const links = page.getByRole('navigation', { name: 'For developers' }).getByRole('link');
    await links.first().waitFor();
    expect(await links.evaluateAll((all) => all.map((link) => link.getAttribute('href')))).toEqual([
      `${server.url}/panel`,
      `${server.url}/api/docs`,
    ]);
  });

  it('hears why a name is none', async () => {
    const { page } = await openApp(browser(), { url: server.url });
    await page.getByLabel('Or any other name').fill('!');
    await page.getByRole('button', { name: 'Sign in' }).click();

    await page.getByRole('alert').getByText('A name starts with a letter').waitFor();
  });

  it('hears it when there is no server', async () => {
    const { page } = await openApp(browser(), { url: server.url });
    await page.route('**/dev/people', (route) => route.abort());
    await page.reload();
    await page.getByText('The server does not answer').waitFor();

    await page.unroute('**/dev/people');
    await page.getByRole('button', { name: 'Try again' }).click();

    await page.getByRole('button', { name: 'alice' }).waitFor();
  });
});

describe.skipIf(!hasBrowser)('a client that the server will not have', slow, () => {
  it('says why, and lets the person sign in again', async () => {
    const app = await openApp(browser(), { url: server.url, as: 'rita' });
    await app.open('bob');
    const { code } = closeCodes.sessionRevoked;
    await app.page.routeWebSocket(/trpc/, (socket) => socket.close({ code }));
    await app.page.reload();
    await app.page.getByText('This session was ended from elsewhere').waitFor();

    await app.page.getByRole('button', { name: 'Sign in again' }).click();

    await app.page.getByRole('button', { name: 'alice' }).waitFor();
  });
});

describe.skipIf(!hasBrowser)('an address', slow, () => {
  it('leads to one pane at a time on a phone, and Back agrees with the back button', async () => {
    const viewport = { width: 360, height: 640 };
    const app = await openApp(browser(), { url: server.url, as: 'dave', viewport });
    await app.open('bob');
    expect(await app.search.isVisible()).toBe(false);

    await app.page.getByRole('link', { name: 'Back to your chats' }).click();
    await app.search.waitFor();
    await app.composer.waitFor({ state: 'detached' });
    await app.row('bob').click();
    await app.composer.waitFor();
    await app.page.goBack();
    await app.search.waitFor();
    expect(new URL(app.page.url()).pathname).toBe('/');

    const width = await app.page.evaluate(() => document.documentElement.scrollWidth);
    expect(width).toBe(viewport.width);
  });

  it('of a conversation opens it, also with what was being written', async () => {
    const app = await openApp(browser(), { url: server.url, as: 'frida' });
    await app.open('carol');
    await app.composer.fill('unfinished');

    await app.page.reload();

    await app.page.getByRole('heading', { name: 'carol', level: 1 }).waitFor();
    await expect.poll(() => app.composer.inputValue()).toBe('unfinished');
  });

  it('of nothing, or of what is somebody else’s, says so and leads home', async () => {
    const app = await openApp(browser(), { url: server.url, as: 'gina' });
    for (const [path, words] of [
      ['/nothing', 'There is no such page'],
      ['/chats/none', 'There is no such page'],
      [`/chats/${'0'.repeat(24)}`, 'There is no such conversation'],
    ] as const) {
      await app.page.goto(path);
      await app.page.getByText(words).waitFor();
      await app.page.getByRole('link', { name: 'To your chats' }).click();
      await app.page.getByText('Pick a conversation').waitFor();
    }
  });
});

describe.skipIf(!hasBrowser)('the app below a path', slow, () => {
  it('signs in, talks, opens conversations by their address and leads home there', async () => {
    await using below = await startTestServer({ env: { BASE_PATH: '/chat/' } });
    (await signInClient(`${below.url}/chat`, 'bob')).close();
    const app = await openApp(browser(), { url: below.url, path: '/chat/' });
    await app.page.getByRole('button', { name: 'alice' }).click();
    await app.loaded();
    await app.open('bob');
    expect(new URL(app.page.url()).pathname).toMatch(/^\/chat\/chats\/[0-9a-f]{24}$/);
    await app.send('below a path');
    await app.sees('below a path');

    await app.page.reload();
    await app.sees('below a path');
    await app.page.goto('/chat/nothing');
    await app.page.getByRole('link', { name: 'To your chats' }).click();

    await app.page.getByText('Pick a conversation').waitFor();
    expect(new URL(app.page.url()).pathname).toBe('/chat/');
  });
});

describe.skipIf(!hasBrowser)('the bundle', slow, () => {
  it(`is at most ${scriptBytesMax / 1000} kB of compressed JavaScript, the part for Clerk included, beside what few people load or on demand`, async () => {
    const scripts = (await readdir(assets)).filter((name) => name.endsWith('.js'));
    const sizes = new Map(
      await Promise.all(
        scripts.map(async (name) => [name, gzipSync(await readFile(assets + name)).length] as const),
      ),
    );
    process.stdout.write(
      `web: ${[...sizes].map(([name, size]) => `${name} ${size} B gzipped`).join(', ')}\n`,
    );
    const sumOf = (isMeant: (name: string) => boolean) =>
      [...sizes].reduce((sum, [name, size]) => sum + (isMeant(name) ? size : 0), 0);
    expect(sumOf((name) => name.startsWith('emoji-grid'))).toBeLessThan(emojiBytesMax);
    expect(
      sumOf((name) => !/^(emoji-grid|audit-dialog|reports-dialog|paged-list|my-data-dialog)/.test(name)),
    ).toBeLessThan(scriptBytesMax);
  });
});
