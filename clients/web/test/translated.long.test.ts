import { startTestServer, type TestServer } from '@whisper/server/testing';
import { hasBrowser, slow } from '@whisper/server/testing/browser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApp } from './app-page.ts';
import { signInClient } from './sample-chats.ts';
import { useBrowser } from './use-browser.ts';

const browser = useBrowser();
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

/** Does to every text what page translators do, as soon as it is there: it stands in two elements of theirs. */
function translatePage(): void {
  const wrap = (root: Node) => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    const texts: Node[] = [];
    for (let node = walker.nextNode(); node; node = walker.nextNode()) texts.push(node);
    for (const text of texts) {
      if (text.parentElement?.closest('font, script, style, textarea') || !text.nodeValue?.trim()) continue;
      const outer = document.createElement('font');
      outer.append(document.createElement('font'));
      text.parentNode?.replaceChild(outer, text);
      outer.firstElementChild?.append(text.nodeValue);
    }
  };
  new MutationObserver((records) => {
    for (const { target } of records) if (target.isConnected) wrap(target);
  }).observe(document, { childList: true, subtree: true, characterData: true });
}

describe.skipIf(!hasBrowser)('a page that a translator rewrites', slow, () => {
  it('goes on: lists, badges, previews, drafts, unread messages, failures and notices stay right', async () => {
    using bob = await signInClient(server.url, 'bob');
    (await signInClient(server.url, 'carol')).close();
    const app = await openApp(browser(), { url: server.url });
    await app.page.evaluate(translatePage);
    await app.page.getByLabel('Or any other name').fill('!');
    await app.page.getByRole('button', { name: 'Sign in' }).click();
    await app.page.getByText('A name starts with a letter').waitFor();
    await app.page.getByRole('button', { name: 'alice' }).click();
    await app.loaded();

    await app.open('bob');
    await app.send('from me: https://a.example');
    await app.sees('from me');
    await app.row('bob').getByText('You:').waitFor();
    const { chatId } = app;
    bob.store.setTyping(chatId, true);
    await app.page.getByText('is typing').waitFor();
    bob.store.send(chatId, 'line\n'.repeat(60));
    await app.row('bob').getByText('You:').waitFor({ state: 'detached' });
    await app.page.getByText('is typing').waitFor({ state: 'detached' });
    await app.sees('line');
    await app.messages.evaluate((element) => element.scrollTo(0, 0));
    await app.page.locator('.jump-pill').waitFor();
    for (const count of [1, 2]) {
      bob.store.send(chatId, `news ${count}`);
      await app.page.getByRole('button', { name: new RegExp(`${count} new message`) }).waitFor();
    }
    await expect.poll(() => app.page.locator('.jump-pill').innerText()).toBe('2 new messages');
    await app.page.locator('.jump-pill').click();
    await app.sees('news 2');

    await app.composer.fill('x'.repeat(7_600));
    await app.page.getByText('400 characters left').waitFor();
    await app.composer.fill('a draft');
    await app.page.getByText('400 characters left').waitFor({ state: 'detached' });
    await app.open('carol');
    await app.row('bob').getByText('Draft:').waitFor();
    for (const count of [1, 2]) {
      bob.store.send(chatId, `more ${count}`);
      await app.row('bob').getByText(`${count} unread`).waitFor();
    }
    await app.search.fill('nobody like that');
    await app.page.getByText('Nobody’s name starts with').waitFor();
    await app.search.fill('');
    await app.row('bob').waitFor();
    await expect.poll(() => app.row('bob').locator('.badge').innerText()).toContain('2');

    await app.page.goBack();
    await app.sees('more 2');
  });
});
