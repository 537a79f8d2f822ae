import { startTestServer, type TestServer } from '@whisper/server/testing';
import { hasBrowser, slow } from '@whisper/server/testing/browser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApp, patience } from './app-page.ts';
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
});
