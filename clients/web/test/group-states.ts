import type { ChatId } from '@whisper/shared';
import type { Page } from 'playwright-core';
import type { Look } from './message-states.ts';

/** Walks through everything that is shown of the group of `fillWithGroup`, and looks at each. */
export async function visitGroupStates(page: Page, chatId: ChatId, look: Look): Promise<void> {
  await page.goto(`/chats/${chatId}`);
  await page.locator('.bubble').getByText('you are the best').waitFor();
  await look('group');
  await page.getByRole('button', { name: 'Chat actions' }).click();
  await page.getByRole('menuitem', { name: 'Archive' }).waitFor();
  await look('chat-menu');
  await page.keyboard.press('Escape');
  await page.getByRole('article').filter({ hasText: 'I do, both' }).hover();
  const own = page.getByRole('article').filter({ hasText: 'You:I do, both' });
  await own.getByRole('button', { name: 'Message actions' }).click({ force: true });
  await page.getByRole('menuitem', { name: 'Who has read it' }).click();
  await page.getByRole('dialog').getByText('Asking who').waitFor({ state: 'detached' });
  await look('readers');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'About this group' }).click();
  await page.getByRole('combobox', { name: 'Role of bob' }).waitFor();
  await look('members');
  await visitViews(page, look);
  await page.goto('/');
  await page.getByRole('button', { name: 'New group' }).click();
  await page.getByRole('checkbox', { name: 'dave' }).check();
  await look('new-group');
  await page.goto('/join/abcdefghijklmnop');
  await page.getByRole('button', { name: 'Join' }).waitFor();
  await look('join');
}

async function visitViews(page: Page, look: Look): Promise<void> {
  const dialog = page.getByRole('dialog');
  for (const view of ['Add people', 'Invite by link', 'Change the group', 'Leave']) {
    await dialog.getByRole('button', { name: view }).click();
    const makesLink = view === 'Invite by link';
    if (makesLink) {
      await dialog.getByRole('button', { name: 'New link' }).click();
      await dialog.getByRole('button', { name: 'Revoke' }).first().waitFor();
    }
    await look(view.toLowerCase().replaceAll(' ', '-'));
    await dialog.getByRole('button', { name: 'Back' }).click();
  }
}
