import { startTestServer, type TestServer } from '@whisper/server/testing';
import { hasBrowser, slow } from '@whisper/server/testing/browser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApp } from './app-page.ts';
import { createGroup } from './create-group.ts';
import { signInClient } from './sample-chats.ts';
import { useBrowser } from './use-browser.ts';

const browser = useBrowser();
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  for (const name of ['carol', 'dave']) (await signInClient(server.url, name)).close();
});
afterAll(() => server[Symbol.asyncDispose]());

describe.skipIf(!hasBrowser)('a group', slow, () => {
  it('is managed: names, roles, people who come by a link, go and are put out', async () => {
    const permissions = ['clipboard-read', 'clipboard-write'];
    const anna = await openApp(browser(), { url: server.url, as: 'anna', permissions });
    await createGroup(anna, 'Choir', ['carol', 'dave']);
    const { page } = anna;
    const about = () => page.getByRole('button', { name: 'About this group' }).click();
    const dialog = page.getByRole('dialog');
    await about();
    await dialog.getByRole('combobox', { name: 'Role of carol' }).selectOption('admin');
    await anna.messages.getByText('You made carol an admin').waitFor({ state: 'attached' });
    await dialog.getByRole('button', { name: 'Remove dave' }).click();
    await dialog.getByRole('button', { name: 'Really remove dave' }).click();
    await dialog.getByText('dave').waitFor({ state: 'detached' });

    await dialog.getByRole('button', { name: 'Change the group' }).click();
    await dialog.getByRole('textbox', { name: 'Name of the group' }).fill('Small choir');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('dialog', { name: 'Small choir' }).waitFor();
    await dialog.getByRole('button', { name: 'Add people' }).click();
    await dialog.getByRole('checkbox', { name: 'dave' }).check();
    expect(await dialog.getByRole('checkbox', { name: 'carol' }).count()).toBe(0);
    await dialog.getByRole('button', { name: 'Add 1' }).click();
    await dialog.getByRole('button', { name: 'Remove dave' }).waitFor();

    await dialog.getByRole('button', { name: 'Invite by link' }).click();
    await dialog.getByRole('button', { name: 'New link' }).click();
    await dialog.getByRole('button', { name: 'Copy' }).click();
    await dialog.getByText('Copied').waitFor();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    const emil = await openApp(browser(), { url: server.url, as: 'emil', path: new URL(link).pathname });
    await emil.page.getByRole('button', { name: 'Join' }).click();
    await emil.page.getByRole('heading', { name: 'Small choir', level: 1 }).waitFor();
    await emil.messages.getByText('You joined by an invitation').waitFor();
    await dialog.getByRole('button', { name: 'Revoke' }).click();
    await dialog.getByRole('button', { name: 'Revoke' }).waitFor({ state: 'detached' });
    const frida = await openApp(browser(), { url: server.url, as: 'frida', path: new URL(link).pathname });
    await frida.page.getByRole('button', { name: 'Join' }).click();
    await frida.page.getByText('This invitation leads nowhere').waitFor();

    await dialog.getByRole('button', { name: 'Back' }).click();
    await dialog.getByRole('button', { name: 'Leave' }).click();
    await dialog.getByRole('button', { name: 'Leave' }).click();
    await dialog.getByText('Its last owner hands the group over first').waitFor();
    await dialog.getByRole('button', { name: 'Back' }).click();
    await dialog.getByRole('combobox', { name: 'Role of carol' }).selectOption('owner');
    await dialog.getByText('Owner').nth(1).waitFor({ state: 'attached' });
    await dialog.getByRole('button', { name: 'Leave' }).click();
    await dialog.getByRole('button', { name: 'Leave' }).click();
    await page.getByText('Pick a conversation').waitFor();
    await anna.row('Small choir').waitFor({ state: 'detached' });
  });
});
