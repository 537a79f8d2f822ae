import { startTestServer, type TestServer } from '@whisper/server/testing';
import { hasBrowser, slow } from '@whisper/server/testing/browser';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBoth } from './message-menu.ts';
import { useBrowser } from './use-browser.ts';

const browser = useBrowser();
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());
const here = () => ({ browser: browser(), url: server.url });

describe.skipIf(!hasBrowser)('files', slow, () => {
  it('that are paused go on after a reload, and come whole', async () => {
    const [carol, dave] = await openBoth(here(), 'carol', 'dave');
    const buffer = Buffer.from('A line of many.\n'.repeat(200_000));
    // Its bytes do not arrive before it is paused.
    await carol.page.route(/[/]files[/]uploads[/]/, () => undefined);
    await carol.page
      .locator('input[type=file]')
      .setInputFiles({ name: 'lines.txt', mimeType: 'text/plain', buffer });
    await carol.page.getByRole('button', { name: 'Pause lines.txt' }).click();
    await carol.page.unroute(/[/]files[/]uploads[/]/);
    await carol.page.getByRole('button', { name: 'Send', exact: true }).click();
    await carol.send('overtakes it');
    await dave.sees('overtakes it');
    expect(await dave.messages.getByRole('link', { name: /lines.txt/ }).count()).toBe(0);

    await carol.page.reload();

    const [download] = await Promise.all([
      dave.page.waitForEvent('download'),
      dave.messages.getByRole('link', { name: /lines.txt/ }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('lines.txt');
    expect((await readFile(await download.path())).equals(buffer)).toBe(true);
  });
});
