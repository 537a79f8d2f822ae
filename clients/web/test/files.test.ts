import { startTestServer, type TestServer } from '@whisper/server/testing';
import { hasBrowser, slow } from '@whisper/server/testing/browser';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApp, patience } from './app-page.ts';
import { useBrowser } from './use-browser.ts';

const browser = useBrowser();
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

async function openPair(names: readonly [string, string]) {
  const [one, other] = await Promise.all(names.map((as) => openApp(browser(), { url: server.url, as })));
  if (!one || !other) throw new Error('There are two');
  await one.open(names[1]);
  await one.send('hello');
  await one.sees('hello');
  await other.open(names[0]);
  await other.sees('hello');
  return [one, other] as const;
}

/** As a screenshot is pasted, or a file is dropped. */
async function give(page: Page, how: 'paste' | 'drop', color: string): Promise<void> {
  await page.evaluate(
    async ([kind, fill]) => {
      const canvas = new OffscreenCanvas(300, 200);
      const context = canvas.getContext('2d');
      if (!context) throw new Error('It draws nothing');
      context.fillStyle = fill;
      context.fillRect(0, 0, 300, 200);
      const file = new File([await canvas.convertToBlob()], `${fill}.png`, { type: 'image/png' });
      const data = new DataTransfer();
      data.items.add(file);
      const field = document.querySelector('.composer textarea');
      const options = { bubbles: true, cancelable: true };
      field?.dispatchEvent(
        kind === 'paste'
          ? new ClipboardEvent('paste', { ...options, clipboardData: data })
          : new DragEvent('drop', { ...options, dataTransfer: data }),
      );
    },
    [how, color] as const,
  );
}

describe.skipIf(!hasBrowser)('files', slow, () => {
  it('pasted and dropped in one browser are pictures in the other, and are gone through with keys', async () => {
    const [alice, bob] = await openPair(['alice', 'bob']);
    await give(alice.page, 'paste', 'red');
    await give(alice.page, 'drop', 'green');
    await alice.page.getByRole('button', { name: 'Describe red.png' }).click();
    await alice.page.getByLabel('What it shows').fill('A red field');
    await alice.page.getByRole('button', { name: 'Save' }).click();
    await alice.page.getByRole('button', { name: 'Send', exact: true }).click();

    const pictures = bob.messages.getByRole('img');
    await expect
      .poll(() => pictures.evaluateAll((all) => all.map((each) => each.getAttribute('alt'))), patience)
      .toEqual(['A red field', 'green.png']);
    await expect
      .poll(
        () => pictures.evaluateAll((all) => all.map((each) => (each as HTMLImageElement).naturalWidth > 0)),
        patience,
      )
      .toEqual([true, true]);
    await bob.row('alice').getByText('red.png, green.png').waitFor();

    await bob.messages.getByRole('button', { name: 'A red field' }).click();
    const gallery = bob.page.getByRole('dialog', { name: 'Pictures' });
    await gallery.getByText('1 of 2').waitFor();
    await bob.page.keyboard.press('ArrowRight');
    await gallery.getByRole('img', { name: 'green.png' }).waitFor();
    await expect
      .poll(
        () => gallery.getByRole('img').evaluate((each: HTMLImageElement) => each.naturalWidth > 0),
        patience,
      )
      .toBe(true);
    await bob.page.keyboard.press('ArrowLeft');
    await gallery.getByText('1 of 2').waitFor();
    await gallery.getByRole('button', { name: 'Next picture' }).press('Enter');
    await gallery.getByText('2 of 2').waitFor();
    await bob.page.keyboard.press('Escape');
    await gallery.waitFor({ state: 'detached' });
    await bob.messages.getByRole('button', { name: 'A red field' }).waitFor();
  });

  it('stay when the words of their message are edited away', async () => {
    const [grace, heidi] = await openPair(['grace', 'heidi']);
    await give(grace.page, 'paste', 'red');
    await grace.send('two words');
    await heidi.sees('two words');

    await grace.composer.press('ArrowUp');
    await grace.composer.fill('');
    await grace.page.getByRole('button', { name: 'Save' }).click();

    await heidi.messages.getByText('two words').waitFor({ state: 'detached' });
    await heidi.messages.getByRole('img', { name: 'red.png' }).waitFor();
  });

  it('that are recorded are heard by the other', async () => {
    const [eve, frank] = await openPair(['eve', 'frank']);
    await eve.page.getByRole('button', { name: 'Record a voice note' }).click();
    await eve.composer.fill('Listen');
    // Whichever second it is when one looks, the first is over.
    await eve.page.getByText(/^0:(?!00)\d\d$/).waitFor();
    await eve.page.getByRole('button', { name: 'Attach the recording' }).click();
    await eve.page.getByRole('button', { name: /Do not send Voice note/ }).waitFor();
    await eve.page.getByRole('button', { name: 'Send', exact: true }).click();

    const player = frank.messages.locator('audio');
    await player.waitFor();
    await expect
      .poll(() => player.evaluate((each: HTMLAudioElement) => each.duration > 0.5), patience)
      .toBe(true);
  });
});
