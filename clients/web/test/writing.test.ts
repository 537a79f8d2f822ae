import { startTestServer, type TestServer } from '@whisper/server/testing';
import { hasBrowser, slow } from '@whisper/server/testing/browser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApp, type AppPage } from './app-page.ts';
import { signInClient } from './sample-chats.ts';
import { useBrowser } from './use-browser.ts';

const browser = useBrowser();
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  for (const name of ['bob', 'carol']) (await signInClient(server.url, name)).close();
});
afterAll(() => server[Symbol.asyncDispose]());

/** Presses Enter as Safari does at the end of a composition: the composition has ended before. */
function endComposition({ composer }: AppPage): Promise<void> {
  return composer.evaluate((field) => {
    const data = '日本';
    field.dispatchEvent(new CompositionEvent('compositionstart', { bubbles: true }));
    field.dispatchEvent(new CompositionEvent('compositionend', { bubbles: true, data }));
    const key = { key: 'Enter', code: 'Enter', keyCode: 229, bubbles: true, cancelable: true };
    field.dispatchEvent(new KeyboardEvent('keydown', key));
  });
}

async function paste({ page, composer }: AppPage, length: number): Promise<void> {
  await page.evaluate((count) => navigator.clipboard.writeText('x'.repeat(count)), length);
  await composer.press('ControlOrMeta+v');
}

/** What a drop does when nothing stops it: the browser leaves for the file. */
function isLeftOnDrop({ page }: AppPage, selector: string, kind: 'file' | 'text'): Promise<boolean> {
  return page.locator(selector).evaluate((target, what) => {
    const dataTransfer = new DataTransfer();
    if (what === 'file') dataTransfer.items.add(new File(['x'], 'x.txt'));
    else dataTransfer.setData('text/plain', 'x');
    const event = new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true });
    return target.dispatchEvent(event);
  }, kind);
}

describe.skipIf(!hasBrowser)('what is being written', slow, () => {
  it('is sent by Enter, but not by the Enter that ends a composition', async () => {
    const app = await openApp(browser(), { url: server.url, as: 'anna' });
    await app.open('bob');
    await app.composer.fill('日本');

    await endComposition(app);
    expect(await app.composer.inputValue()).toBe('日本');
    expect(await app.composer.getAttribute('enterkeyhint')).toBe('send');
    await app.composer.press('Enter');

    await app.sees('日本');
  });

  it('is sent by the button alone where one types on the screen, and Enter makes a new line', async () => {
    const phone = { hasTouch: true, isMobile: true, viewport: { width: 360, height: 640 } };
    const app = await openApp(browser(), { url: server.url, as: 'berta', ...phone });
    await app.open('bob');
    await app.composer.tap();
    await app.composer.pressSequentially('one');
    await app.composer.press('Enter');
    await app.composer.pressSequentially('two');
    expect(await app.composer.getAttribute('enterkeyhint')).toBe('enter');

    await app.page.getByRole('button', { name: 'Send' }).tap();

    await app.sees('one');
    expect(await app.texts()).toEqual(['one\ntwo']);
  });

  it('takes no million characters, keeps what is there and says why', async () => {
    const permissions = ['clipboard-read', 'clipboard-write'];
    const app = await openApp(browser(), { url: server.url, as: 'carl', permissions });
    await app.open('bob');
    await app.composer.fill('kept');

    await paste(app, 1_000_000);

    await app.page.getByText('with what you added it would have 1,000,004').waitFor();
    expect(await app.composer.inputValue()).toBe('kept');
    await paste(app, 9_000);
    await app.page.getByText('1,004 characters too many').waitFor();
  });

  it('is there in another tab and in the list; a chat without a message only while it is', async () => {
    const app = await openApp(browser(), { url: server.url, as: 'dora' });
    await app.open('bob');
    expect(await app.page.getByRole('heading', { name: 'Chats' }).count()).toBe(0);
    await app.row('bob').and(app.page.locator('[aria-current=page]')).waitFor();
    await app.composer.fill('not yet');
    await app.page.getByRole('heading', { name: 'Chats' }).waitFor();
    const second = await app.newTab();
    await second.row('bob').getByText('Draft:').waitFor();
    await second.open('bob');
    await expect.poll(() => second.composer.inputValue()).toBe('not yet');

    await second.composer.fill('');

    await app.page.getByRole('heading', { name: 'Chats' }).waitFor({ state: 'detached' });
    await expect.poll(() => app.composer.inputValue()).toBe('');
    await app.send('now');
    await app.sees('now');
    await app.page.getByRole('heading', { name: 'Chats' }).waitFor();
  });

  it('is not lost to a file or a link that is dropped beside it', async () => {
    const app = await openApp(browser(), { url: server.url, as: 'frida' });
    await app.open('bob');

    expect(await isLeftOnDrop(app, '.messages', 'file')).toBe(false);
    expect(await isLeftOnDrop(app, '.composer textarea', 'file')).toBe(false);
    expect(await isLeftOnDrop(app, '.messages', 'text')).toBe(false);
    expect(await isLeftOnDrop(app, '.composer textarea', 'text')).toBe(true);
  });
});
