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
    await alice.page.getByText('You created the group').waitFor();
    await alice.page.getByText('3 people').waitFor();

    await bob.open('Garden');
    await bob.page.getByText('alice created the group').waitFor();
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

    await alice.page.getByRole('button', { name: 'About this group' }).click();
    const people = alice.page.getByRole('list', { name: 'People of this group' }).getByRole('listitem');
    await expect.poll(() => people.allInnerTexts(), patience).toHaveLength(3);
    expect((await people.allInnerTexts())[0]).toMatch(/alice\s*You\s*Owner/);
  });
});
