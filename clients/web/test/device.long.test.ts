import { startTestServer, type TestServer } from '@whisper/server/testing';
import { hasBrowser, slow } from '@whisper/server/testing/browser';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { AppPage, openApp } from './app-page.ts';
import { signInClient } from './sample-chats.ts';
import { useBrowser } from './use-browser.ts';

const browser = useBrowser();
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  for (const name of ['bob', 'carol']) (await signInClient(server.url, name)).close();
});
afterAll(() => server[Symbol.asyncDispose]());

/** A page in which this ran before the app. */
async function openSpoilt(spoil: () => void): Promise<AppPage> {
  const context = await browser().newContext({ baseURL: server.url });
  onTestFinished(() => context.close());
  await context.addInitScript(spoil);
  const page = await context.newPage();
  await page.goto('/');
  return new AppPage(page);
}

function refuseStorage(): void {
  for (const kind of ['localStorage', 'sessionStorage'] as const)
    Object.defineProperty(window, kind, {
      get: () => {
        throw new DOMException('The request was denied', 'SecurityError');
      },
    });
}

function fillStorage(): void {
  Storage.prototype.setItem = () => {
    throw new DOMException('The quota has been exceeded', 'QuotaExceededError');
  };
}

describe.skipIf(!hasBrowser)('a browser', slow, () => {
  it.each([
    { what: 'that lets nobody have its storage', spoil: refuseStorage, name: 'anna' },
    { what: 'whose storage is full', spoil: fillStorage, name: 'berta' },
  ])('$what signs in, writes, remembers while the page lives, and sends', async ({ spoil, name }) => {
    const app = await openSpoilt(spoil);
    const thrown: unknown[] = [];
    app.page.on('pageerror', (error) => thrown.push(error));
    await app.page.getByLabel('Or any other name').fill(name);
    await app.page.getByRole('button', { name: 'Sign in' }).click();
    await app.loaded();
    await app.open('bob');
    await app.composer.pressSequentially('half a thought');
    await app.open('carol');
    await app.row('bob').getByText('half a thought').waitFor();
    await app.open('bob');

    await app.composer.press('Enter');

    await app.sees('half a thought');
    await expect.poll(() => app.composer.inputValue()).toBe('');
    expect(thrown).toEqual([]);
  });
});

describe.skipIf(!hasBrowser)('a part of the page that cannot be drawn', slow, () => {
  it('says what happened, leaves the rest in place, and is well after a reload', async () => {
    const app = await openApp(browser(), { url: server.url, as: 'dora', mayComplain: true });
    await app.open('bob');
    await app.send('a message');
    await app.sees('a message');
    await app.open('carol');
    await app.page.evaluate(() => {
      CSS.supports = () => {
        throw new Error('This browser lost its styles');
      };
    });
    await app.row('bob').click();

    await app.page.getByRole('alert').getByText('This browser lost its styles').waitFor();
    await app.row('carol').waitFor();
    await app.page.getByRole('button', { name: 'Reload' }).click();

    await app.sees('a message');
  });
});
