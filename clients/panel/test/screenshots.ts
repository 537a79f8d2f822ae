import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { launchBrowser } from '@whisper/server/testing/browser';

/** Pictures of every page of a running server's panel: `screenshots.ts [url]`, into the ignored screenshots/. */
const [, , url = 'http://127.0.0.1:3000'] = process.argv;
const folder = fileURLToPath(new URL('../../../screenshots/panel/', import.meta.url));

const pages = {
  call: '#message.send',
  pair: '#message.send+message.onEvent',
  history: '#history',
  'old-api': '#old-api',
};
const sizes = { wide: { width: 1440, height: 900 }, narrow: { width: 360, height: 780 } };

await mkdir(folder, { recursive: true });
const browser = await launchBrowser();
for (const colorScheme of ['light', 'dark'] as const) {
  for (const [size, viewport] of Object.entries(sizes)) {
    const page = await browser.newPage({ viewport, colorScheme });
    for (const [name, hash] of Object.entries(pages)) {
      await page.goto('about:blank');
      await page.goto(`${url}/panel${hash}`);
      await page.getByRole('heading', { level: 1 }).or(page.getByRole('main')).first().waitFor();
      if (name === 'pair') await exchange(page);
      if (name === 'call') await refuse(page);
      await page.mouse.wheel(0, -10_000);
      await page.evaluate(() => scrollTo(0, 0));
      await page.screenshot({
        path: `${folder}${name}-${size}-${colorScheme}.png`,
        fullPage: size === 'narrow',
      });
    }
    await page.close();
  }
}
await browser.close();

type Page = Awaited<ReturnType<typeof browser.newPage>>;

/** bob listens, alice writes. */
async function exchange(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Start' }).click();
  await page.getByText('live · 1 event').waitFor();
  await page.getByLabel('chatId').first().locator('option').nth(2).waitFor({ state: 'attached' });
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByText('live · 2 events').waitFor();
  await page.getByText('OK', { exact: true }).waitFor();
  await page.locator('.events summary').first().click();
}

/** alice makes a chat with bob, then sends nothing into it. */
async function refuse(page: Page): Promise<void> {
  await page.goto(`${url}/panel#chat.openDirect`);
  await page.getByLabel('userId').locator('option').nth(2).waitFor({ state: 'attached' });
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByText('OK', { exact: true }).waitFor();
  await page.goto(`${url}/panel#message.send`);
  await page.getByLabel('text').fill('');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByRole('alert').first().waitFor();
  await page.getByText('Types', { exact: true }).click();
}
