import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { closeCodes } from '@whisper/shared';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchBrowser } from '@whisper/server/testing/browser';
import { FlakyLink } from '@whisper/server/testing/flaky-link';
import { visitGroupStates } from './group-states.ts';
import { visitMessageStates } from './message-states.ts';
import { visitSearchStates } from './search-states.ts';
import { fillWithChanges, fillWithGroup, fillWithSamples, signInClient } from './sample-chats.ts';
import { ServerProcess } from '@whisper/server/testing/server-process';

/**
 * Every page, light, dark, in the system's high contrast and with more contrast, wide and narrow, as pictures for people to look at:
 * `npm run screenshots`.
 */
const folder = fileURLToPath(new URL('../screenshots', import.meta.url));
const looks = {
  light: { colorScheme: 'light' },
  dark: { colorScheme: 'dark' },
  contrast: { colorScheme: 'dark', forcedColors: 'active' },
  more: { colorScheme: 'light', contrast: 'more' },
} as const;
const sizes = { wide: { width: 1280, height: 800 }, narrow: { width: 360, height: 720 } } as const;

await mkdir(folder, { recursive: true });
await using server = await ServerProcess.start();
await using link = await FlakyLink.open(server.url);
const chatId = await fillWithSamples(server.url);
const changedId = await fillWithChanges(server.url);
const groupId = await fillWithGroup(server.url);
using bob = await signInClient(server.url, 'bob');
using carol = await signInClient(server.url, 'carol');
const failedDraft = await prepareFailure();
await using browser = await launchBrowser();
for (const [look, colours] of Object.entries(looks)) {
  for (const [name, viewport] of Object.entries(sizes)) {
    const context = await openContext(browser, { ...colours, viewport });
    await shootAll(context, `${name}-${look}`);
    await context.close();
  }
}

function openContext(from: Browser, options: Parameters<Browser['newContext']>[0]): Promise<BrowserContext> {
  return from.newContext({ ...options, baseURL: link.url, reducedMotion: 'reduce' });
}

type Shoot = (name: string) => Promise<unknown>;

async function shootAll(context: BrowserContext, suffix: string): Promise<void> {
  const page = await context.newPage();
  const shoot = (name: string) => page.screenshot({ path: `${folder}/${name}-${suffix}.png` });
  await shootSignIn(page, shoot);
  await shootLists(page, shoot);
  await shootConversation(page, shoot);
  await visitMessageStates(page, changedId, (state) => shoot(`18-${state}`));
  await visitGroupStates(page, groupId, (state) => shoot(`19-${state}`));
  await visitSearchStates(page, chatId, (state) => shoot(`20-${state}`));
  await page.goto(`/chats/${chatId}`);
  await shootTroubles(page, shoot);
  await shootDeadEnds(page, shoot);
}

async function shootSignIn(page: Page, shoot: Shoot): Promise<void> {
  await page.goto('/');
  await page.getByRole('button', { name: 'alice' }).waitFor();
  await shoot('1-sign-in');
  await page.getByLabel('Or any other name').fill('!');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await shoot('2-sign-in-problem');
  await page.getByRole('button', { name: 'alice' }).click();
}

async function shootLists(page: Page, shoot: Shoot): Promise<void> {
  await page.getByRole('heading', { name: 'People' }).waitFor();
  await shoot('3-home');
  const search = page.getByLabel('Search chats and people');
  await search.fill('e');
  await page.getByText('dave').waitFor({ state: 'detached' });
  await shoot('4-search');
  await search.fill('nobody');
  await page.getByText('Nobody’s name').waitFor();
  await shoot('5-search-nobody');
}

async function shootConversation(page: Page, shoot: Shoot): Promise<void> {
  await page.goto(`/chats/${chatId}`);
  await page.getByText('One is good').last().waitFor();
  await shoot('6-conversation');
  await shootUnread(page, shoot);
  await page.goto(`/chats/${chatId}`);
  await page.getByText('One is good').last().waitFor();
  await scrollUp(page);
  await page.getByRole('button', { name: 'newest' }).waitFor();
  await shoot('7-conversation-scrolled');
  await page.getByRole('button', { name: 'newest' }).click();
  bob.store.setTyping(chatId, true);
  await page.getByText('bob is typing').waitFor();
  await page.getByLabel('Message to bob').fill('First line\nSecond line, still being written');
  await shoot('8-typing');
  bob.store.setTyping(chatId, false);
  await page.getByLabel('Message to bob').fill('');
}

/** A list in which something is being written, and a conversation that opens at what is unread. */
async function shootUnread(page: Page, shoot: Shoot): Promise<void> {
  await page.getByLabel('Message to bob').fill('Not finished yet');
  await page.goto('/');
  await page.getByText('Draft:').waitFor();
  const withCarol = carol.store.getSnapshot().chats[0]?.id;
  if (!withCarol) throw new Error('carol has no chat');
  for (let line = 1; line <= 20; line += 1) carol.store.send(withCarol, `Line ${line} of a long story`);
  await page.locator('.row').getByText('Line 20').waitFor();
  await shoot('15-draft');
  await page.getByRole('link', { name: 'carol' }).click();
  await page.getByRole('heading', { name: 'New messages' }).waitFor();
  await shoot('16-unread');
  await page.goto('/');
  await page.getByText('Draft:').waitFor();
}

async function shootTroubles(page: Page, shoot: Shoot): Promise<void> {
  await shootOffline(page, () => shoot('9-offline'));
  await scrollUp(page);
  bob.store.send(chatId, 'Are you there?');
  await page.getByRole('button', { name: '1 new message' }).waitFor();
  await shoot('10-news-below');
  await page.evaluate(([key, draft]) => localStorage.setItem(key, draft), failedDraft);
  await page.reload();
  await page.getByText('Not sent: You may').waitFor();
  await shoot('11-failed');
}

async function shootDeadEnds(page: Page, shoot: Shoot): Promise<void> {
  await page.addInitScript(() => {
    if (location.search !== '?broken') return;
    CSS.supports = () => {
      throw new Error('This browser lost its styles');
    };
  });
  await page.goto(`/chats/${chatId}?broken`);
  await page.getByText('This browser lost its styles').waitFor();
  await shoot('17-broken');
  await page.goto('/chats/nothing');
  await page.getByText('There is no such page').waitFor();
  await page.locator('.me-name').waitFor({ state: 'attached' });
  await shoot('12-missing');
  await page.goto(`/chats/${'0'.repeat(24)}`);
  await page.getByText('There is no such conversation').waitFor();
  await shoot('13-not-mine');
  await page.routeWebSocket(/trpc/, (socket) => socket.close({ code: closeCodes.sessionRevoked.code }));
  await page.goto('/');
  await page.getByText('ended from elsewhere').waitFor();
  await shoot('14-refused');
}

async function scrollUp(page: Page): Promise<void> {
  await page.getByLabel('Messages', { exact: true }).evaluate((element) => element.scrollTo(0, 120));
}

async function shootOffline(page: Page, shoot: () => Promise<unknown>): Promise<void> {
  link.cut();
  await page.getByText('No connection.').waitFor();
  await page.getByLabel('Message to bob').fill('Written in a tunnel');
  await page.keyboard.press('Enter');
  await page.getByText('1 message waits').waitFor();
  await page.waitForFunction(() => document.querySelector('.pending')?.getAnimations().length === 0);
  await shoot();
  link.restore();
  await page.getByText('No connection.').waitFor({ state: 'detached' });
}

/** What the outbox of a tab holds when the server would not have a message: its key and its value. */
async function prepareFailure(): Promise<[string, string]> {
  using alice = await signInClient(server.url, 'alice');
  const clientId = crypto.randomUUID();
  const failure = { code: 'FORBIDDEN', message: 'You may not do this' };
  const draft = { clientId, chatId, text: 'This one does not get through', queuedAt: Date.now(), failure };
  return [`whisper:outbox:${alice.store.getSnapshot().me?.id}:${clientId}`, JSON.stringify(draft)];
}
