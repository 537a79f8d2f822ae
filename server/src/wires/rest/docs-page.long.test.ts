import { devTokenSeconds } from '@whisper/shared';
import axe from 'axe-core';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasBrowser, sharedBrowser, slow } from '../../testing/browser.ts';
import { startTestServer } from '../../testing/index.ts';

describe.skipIf(!hasBrowser)('the page of the old REST interface in a real browser', slow, () => {
  it('has nothing for axe to find, in light and dark, and calls as whoever its own command signs in', async () => {
    await using server = await startTestServer();
    const browser = await sharedBrowser();
    const viewport = { width: 1280, height: 900 };
    await using context = await browser.newContext({ reducedMotion: 'reduce', viewport });
    const page = await context.newPage();
    await page.goto(`${server.url}/api/docs`);
    await page.locator('.opblock-summary-control').nth(2).click();
    await page.getByRole('button', { name: 'Try it out' }).click();
    await page.evaluate(axe.source);
    await expectClean(page);

    await page.locator('.btn.authorize').first().click();
    const dialog = page.getByRole('dialog', { name: 'Authorize' });
    expect(await dialog.innerText()).toContain(`good for ${devTokenSeconds} s`);
    expect(await dialog.innerText()).toContain('POST /dev/token');
    await expectClean(page);

    const command = await dialog.getByText('curl').innerText();
    const { stdout } = await promisify(execFile)('sh', ['-c', command]);
    const { token }: { token: string } = JSON.parse(stdout);
    await dialog.getByRole('textbox').first().fill(token);
    await dialog.getByRole('button', { name: 'Authorize' }).first().click();
    await dialog.getByRole('button', { name: 'Close' }).first().click();
    await page.getByRole('button', { name: 'Execute' }).click();
    await page.locator('.live-responses-table').getByText('"name": "alice"').waitFor();
    await expectClean(page);
  });
});

async function expectClean(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.locator(colorScheme === 'dark' ? 'html.dark-mode' : 'html:not(.dark-mode)').waitFor();
    const results: axe.AxeResults = await page.evaluate('axe.run()');
    const found = results.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
    expect(found, colorScheme).toEqual([]);
  }
}
