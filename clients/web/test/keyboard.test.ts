import { startTestServer, type TestServer } from '@whisper/server/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApp, patience, type AppPage } from './app-page.ts';
import { hasBrowser, slow } from '@whisper/server/testing/browser';
import { signInClient } from './sample-chats.ts';
import { useBrowser } from './use-browser.ts';

const browser = useBrowser();
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  for (const name of ['bob', 'carol', 'dave']) (await signInClient(server.url, name)).close();
});
afterAll(() => server[Symbol.asyncDispose]());

describe.skipIf(!hasBrowser)('with the keyboard alone', slow, () => {
  it('one signs in, finds somebody, writes and goes back', async () => {
    const { page } = await openApp(browser(), { url: server.url });
    await page.getByRole('button', { name: 'alice' }).waitFor();
    await press(page, 'Tab', 'Enter');
    await page.getByRole('heading', { name: 'People' }).waitFor();

    await press(page, '/');
    await page.keyboard.type('car');
    await page.getByRole('button', { name: 'carol' }).waitFor();
    await page.getByRole('button', { name: 'bob' }).waitFor({ state: 'detached' });
    await press(page, 'ArrowDown', 'Enter');
    await page.getByRole('heading', { name: 'carol', level: 1 }).waitFor();
    await expect.poll(() => focusedLabel(page), patience).toBe('Message to carol');
    await page.keyboard.type('one');
    await press(page, 'Shift+Enter');
    await page.keyboard.type('two');
    await press(page, 'Enter');

    await page.locator('[data-state=sent]', { hasText: 'one' }).waitFor();
    await expect.poll(() => page.locator('.bubble').allInnerTexts(), patience).toEqual(['one\ntwo']);
    await press(page, 'Escape');
    await expect.poll(() => new URL(page.url()).pathname, patience).toBe('/');
    await expect.poll(() => focusedName(page), patience).toContain('carol');
  });

  it('one walks the lists with the arrows, and Tab leaves them', async () => {
    const { page } = await openApp(browser(), { url: server.url, as: 'erin' });
    await page.getByRole('button', { name: 'dave' }).waitFor();
    await press(page, '/', 'ArrowDown');
    const first = await focusedName(page);
    await press(page, 'ArrowDown');
    expect(await focusedName(page)).not.toBe(first);
    await press(page, 'ArrowUp');
    expect(await focusedName(page)).toBe(first);
    await press(page, 'End');
    const last = await focusedName(page);
    await press(page, 'Home');
    expect(await focusedName(page)).toBe(first);
    expect(last).not.toBe(first);

    await press(page, 'Shift+Tab');
    expect(await focusedLabel(page)).toBe('New group');
    await press(page, 'Shift+Tab');
    expect(await focusedLabel(page)).toBe('Search messages');
    await press(page, 'Shift+Tab');
    expect(await focusedLabel(page)).toBe('Search chats and people');
  });

  it('Escape empties the search before it does anything else, and Ctrl+K leads to any chat or person', async () => {
    const app = await openApp(browser(), { url: server.url, as: 'frank' });
    await app.open('bob');
    const { page } = app;
    await page.locator('body').click({ position: { x: 700, y: 300 } });
    await press(page, '/');
    await page.keyboard.type('x');
    await press(page, 'Escape');
    expect(await app.search.inputValue()).toBe('');
    expect(new URL(page.url()).pathname).toMatch(/^\/chats\//);

    await app.composer.fill('still writing');
    await press(page, 'Control+k');
    await page.keyboard.type('da');
    await page.getByRole('option', { name: 'dave' }).waitFor();
    await page.getByRole('option', { name: 'bob' }).waitFor({ state: 'detached' });
    await press(page, 'Enter');
    await page.getByRole('heading', { name: 'dave', level: 1 }).waitFor();
    await press(page, 'Control+k');
    await page.locator('[role=option][aria-selected=true]', { hasText: 'bob' }).waitFor();
    await press(page, 'Enter');
    await page.getByRole('heading', { name: 'bob', level: 1 }).waitFor();
    expect(await app.composer.inputValue()).toBe('still writing');
    await press(page, 'Control+k', 'Escape');
    expect(new URL(page.url()).pathname).toMatch(/^\/chats\//);
  });
});

async function press(page: AppPage['page'], ...keys: string[]): Promise<void> {
  for (const key of keys) {
    await page.keyboard.press(key);
    await page.evaluate(
      () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
    );
  }
}

function focusedLabel(page: AppPage['page']): Promise<string | null> {
  return page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? null);
}

function focusedName(page: AppPage['page']): Promise<string> {
  return page.evaluate(() => document.activeElement?.querySelector('.row-name')?.textContent ?? '');
}
