import type { ChatId } from '@whisper/shared';
import type { Page } from 'playwright-core';

export type Look = (state: string) => Promise<unknown>;

/** Walks through everything that can be open over the conversation of `fillWithChanges`, and looks at each. */
export async function visitMessageStates(page: Page, chatId: ChatId, look: Look): Promise<void> {
  await page.goto(`/chats/${chatId}`);
  await page.getByText('Forwarded from').waitFor();
  await look('changes');
  const plan = page.getByRole('article').filter({ hasText: 'platform four' });
  const own = page.getByRole('article').filter({ hasText: 'You:I will be there' });
  const open = async (item: string) => {
    await own.getByRole('button', { name: 'Message actions' }).click({ force: true });
    await page.getByRole('menuitem', { name: item }).waitFor();
  };
  const choose = async (item: string) => {
    await open(item);
    await page.getByRole('menuitem', { name: item }).click();
  };
  await plan.getByRole('button', { name: 'Message actions' }).click({ force: true });
  await page.getByRole('menu').waitFor();
  await look('menu-theirs');
  await page.keyboard.press('Escape');
  await open('Delete');
  await look('menu-mine');
  await page.keyboard.press('Escape');
  await choose('React with another');
  await page.getByRole('gridcell').first().waitFor();
  await look('emoji');
  await page.keyboard.press('Escape');
  await choose('Forward');
  await look('forward');
  await page.keyboard.press('Escape');
  await choose('Delete');
  await look('delete');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Edited' }).click();
  await page.getByRole('dialog').getByText('I will be there at nine').waitFor();
  await look('edits');
  await page.keyboard.press('Escape');
  await choose('Reply');
  await page.getByText('Reply to', { exact: true }).waitFor();
  await look('reply');
  await choose('Edit');
  await page.getByText('Edit your message').waitFor();
  await look('edit');
  await visitChoices(page, look);
}

/** What is offered while one types. */
async function visitChoices(page: Page, look: Look): Promise<void> {
  const field = page.getByRole('textbox', { name: /^Message/ });
  await field.press('Escape');
  await field.pressSequentially('@');
  await page.getByRole('option').first().waitFor();
  await look('mention');
  await field.fill('');
  await page.keyboard.press('Control+k');
  await page.getByRole('option', { name: 'dave' }).waitFor();
  await look('switcher');
  await page.keyboard.press('Escape');
}
