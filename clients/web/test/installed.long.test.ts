import { startTestServer, type TestServer } from '@whisper/server/testing';
import { hasBrowser, slow } from '@whisper/server/testing/browser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApp, patience, type AppPage } from './app-page.ts';
import { ChangingServer } from './changing-server.ts';
import { keptInBrowser } from './kept-in-browser.ts';
import { lookAway, titlesShown } from './notices.ts';
import { signInClient } from './sample-chats.ts';
import { useBrowser } from './use-browser.ts';

const browser = useBrowser();
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  (await signInClient(server.url, 'bob')).close();
});
afterAll(() => server[Symbol.asyncDispose]());

/** The worker answers for this page. */
async function hasWorker({ page }: AppPage): Promise<void> {
  await page.waitForFunction(() => navigator.serviceWorker.controller?.state === 'activated');
}

/** A second worker has taken over. */
async function isWorkerNew(): Promise<boolean> {
  const registration = await navigator.serviceWorker.getRegistration();
  const isSettled = !registration?.installing && !registration?.waiting;
  return isSettled && (await caches.keys()).length === 2;
}

const generationOf = ({ page }: AppPage) => page.locator('meta[name=generation]').getAttribute('content');

describe.skipIf(!hasBrowser)('the app on a device', slow, () => {
  it('opens without a network, and is never held back by an old worker', async () => {
    await using changing = await ChangingServer.open(server.url);
    const app = await openApp(browser(), { url: changing.url, as: 'alice', hasWorker: true });
    await app.open('bob');
    await app.send('before the tunnel');
    await app.sees('before the tunnel');
    await hasWorker(app);
    await keptInBrowser(app.page, 'before the tunnel');

    await changing.stop();
    await app.page.reload();
    await app.banner.waitFor();
    await app.sees('before the tunnel');
    expect(await generationOf(app)).toBe('1');
    expect(await app.page.evaluate(() => document.styleSheets.length)).toBe(1);

    changing.generation = 2;
    await changing.start();
    // A page that a busy machine serves too late is shown as it was kept.
    const generationAfterReload = async () => {
      await app.page.reload();
      return generationOf(app);
    };
    await expect.poll(generationAfterReload, patience).toBe('2');
    await app.sees('before the tunnel');
    await expect.poll(() => app.page.evaluate(isWorkerNew), patience).toBe(true);
    expect(await app.page.getByText('There is a new version').count()).toBe(0);
    await changing.stop();
    await app.page.goto('/');
    await app.banner.waitFor();
    expect(await generationOf(app)).toBe('2');

    changing.generation = 3;
    await changing.start();
    await app.page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await app.page.getByText('There is a new version of Whisper').waitFor();
    await app.page.getByRole('button', { name: 'Reload' }).click();
    await app.loaded();
    expect(await generationOf(app)).toBe('3');
    await expect.poll(() => app.page.evaluate(async () => (await caches.keys()).length), patience).toBe(2);
  });

  it('tells of a new message while nobody looks, once, until it is read', async () => {
    using bob = await signInClient(server.url, 'bob');
    const permissions = ['notifications'];
    const app = await openApp(browser(), { url: server.url, as: 'carl', hasWorker: true, permissions });
    await hasWorker(app);
    const { id } = await bob.store.openDirect((await server.signIn('carl')).me.id);
    const { page } = app;
    const shown = () => page.evaluate(titlesShown);

    bob.store.send(id, 'while you look');
    await app.row('bob').getByText('1 unread').waitFor();
    await lookAway(app);
    bob.store.send(id, 'and now you do not');

    await expect.poll(shown, patience).toEqual(['bob: and now you do not']);
    await expect.poll(() => page.locator('link[rel=icon]').getAttribute('href')).toContain('unread');
    bob.store.send(id, 'one more');
    await expect.poll(shown, patience).toEqual(['bob: one more']);
    await (await server.signIn('carl')).api.chat.markRead.mutate({ chatId: id, seq: 3 });
    await expect.poll(shown, patience).toEqual([]);
    await expect.poll(() => page.locator('link[rel=icon]').getAttribute('href')).not.toContain('unread');
  });

  it('offers notifications to somebody who has written, once', async () => {
    const app = await openApp(browser(), { url: server.url, as: 'dora' });
    await app.open('bob');
    const offer = app.page.getByText('Hear of answers');
    expect(await offer.count()).toBe(0);
    await app.send('are you there?');
    await offer.waitFor();
    await app.page.getByRole('button', { name: 'Not now' }).click();
    await app.page.reload();
    await app.send('hello?');
    await app.sees('hello?');
    expect(await offer.count()).toBe(0);
  });

  it('can be installed: its manifest and its icons are there', async () => {
    const { page } = await openApp(browser(), { url: server.url, path: '/chats/none' });
    const href = await page.locator('link[rel=manifest]').evaluate((link: HTMLLinkElement) => link.href);
    const { icons, start_url: start } = await (await fetch(href)).json();
    expect(new URL(start, href).href).toBe(`${server.url}/`);
    for (const { src, type } of icons) {
      const answer = await fetch(new URL(src, href));
      expect([src, answer.status, answer.headers.get('content-type')?.split(';')[0]]).toEqual([
        src,
        200,
        type,
      ]);
    }
  });
});
