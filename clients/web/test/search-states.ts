import type { ChatId } from '@whisper/shared';
import type { Page } from 'playwright-core';

/** Shows the search as it finds something, and has led to a message. */
export async function visitSearchStates(
  page: Page,
  chatId: ChatId,
  visit: (state: string) => Promise<unknown>,
): Promise<void> {
  await page.goto(`/chats/${chatId}`);
  await page.locator('[data-state=sent]').first().waitFor();
  await page.keyboard.press('Control+f');
  const field = page.getByRole('combobox', { name: 'Words to look for' });
  await field.fill('draft');
  await page.locator('.found').nth(2).waitFor();
  await field.press('ArrowDown');
  await visit('search');
  await page.locator('.found').nth(2).click();
  await page.getByRole('button', { name: 'Back to where I was' }).waitFor();
  // The message that was led to lights up for a moment, in the colours of that moment.
  await page.waitForFunction(() => document.getAnimations().every((each) => each.playState === 'finished'));
  await visit('search-way-back');
}
