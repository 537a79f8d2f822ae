import { startTestServer, type TestServer } from '@whisper/server/testing';
import { hasBrowser, slow } from '@whisper/server/testing/browser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApp, patience, type AppPage } from './app-page.ts';
import { signInClient } from './sample-chats.ts';
import { useBrowser } from './use-browser.ts';

const browser = useBrowser();
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  for (const name of ['carol', 'dave']) (await signInClient(server.url, name)).close();
});
afterAll(() => server[Symbol.asyncDispose]());

async function createGroup({ page }: AppPage, name: string, people: readonly string[]): Promise<void> {
  await page.getByRole('button', { name: 'New group' }).click();
  await page.getByRole('textbox', { name: 'Name of the group' }).fill(name);
  for (const person of people) await page.getByRole('checkbox', { name: person }).check();
  await page.getByRole('button', { name: /^Create/ }).click();
  await page.getByRole('heading', { name, level: 1 }).waitFor();
}

describe.skipIf(!hasBrowser)('a group', slow, () => {
  it('is made, talked in and looked at: everybody sees who speaks, who was meant and who is there', async () => {
    const bob = await openApp(browser(), { url: server.url, as: 'bob' });
    const alice = await openApp(browser(), { url: server.url, as: 'alice' });
    await createGroup(alice, 'Garden', ['bob', 'carol']);
    await alice.messages.getByText('You created the group').waitFor();
    await alice.page.getByText('3 people').waitFor();

    await bob.open('Garden');
    await bob.messages.getByText('alice created the group').waitFor();
    await alice.composer.pressSequentially('who brings a spade? @bo');
    await alice.page.getByRole('option', { name: 'bob' }).click();
    await bob.page.getByText('alice is typing').waitFor();
    await alice.composer.press('Enter');
    await bob.page.locator('.message-sender', { hasText: 'alice' }).waitFor();
    await bob.page.locator('.mention', { hasText: '@bob' }).waitFor();
    await bob.send('me');
    await alice.sees('me');
    await bob.row('Garden').getByText('You:').waitFor();
    await expect.poll(() => alice.page.title(), patience).toBe('Garden · Whisper');
    await bob.page.keyboard.press('Escape');
    await alice.composer.fill('@bob and the gloves');
    await alice.composer.press('Enter');
    await bob.row('Garden').getByText('1 mention you').waitFor({ state: 'attached' });

    await alice.message('who brings a spade?').hover();
    await alice.message('who brings a spade?').getByRole('button', { name: 'Message actions' }).click();
    await alice.page.getByRole('menuitem', { name: 'Who has read it' }).click();
    await alice.page.getByRole('dialog').getByText('Read by 1').waitFor();
    await alice.page.keyboard.press('Escape');

    await alice.page.getByRole('button', { name: 'About this group' }).click();
    const people = alice.page.getByRole('list', { name: 'People of this group' }).getByRole('listitem');
    await expect.poll(() => people.allInnerTexts(), patience).toHaveLength(3);
    await expect.poll(() => people.first().innerText(), patience).toMatch(/alice\s*You\s*Owner/);
  });

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
