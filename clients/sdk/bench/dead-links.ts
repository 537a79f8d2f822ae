import { setTimeout as sleep } from 'node:timers/promises';
import { launchBrowser } from '@whisper/server/testing/browser';
import { FlakyLink } from '@whisper/server/testing/flaky-link';
import { ServerProcess } from '@whisper/server/testing/server-process';
import { createWhisperClient, devTokens, type WhisperClient } from '../src/node.ts';

type Browser = Awaited<ReturnType<typeof launchBrowser>>;
type Page = Awaited<ReturnType<Browser['newPage']>>;

/** How a link fails under a page. */
type Scene = { readonly name: string; play(link: FlakyLink, page: Page): Promise<void> };

/** A page that takes longer counts as lost. */
const patienceMs = 240_000;

const scenes: readonly Scene[] = [
  {
    name: 'sockets die silently, new ones work',
    play: async (link) => link.mute(),
  },
  {
    name: 'sockets die, connects of the next 15 s are never answered',
    async play(link) {
      link.isMute = true;
      link.drop();
      void sleep(15_000).then(() => {
        link.isMute = false;
      });
    },
  },
  {
    name: 'a connect hangs for 3 s already, then "Try now"',
    async play(link, page) {
      link.isMute = true;
      link.drop();
      await sleep(6_000);
      link.isMute = false;
      await page.getByRole('button', { name: 'Try now' }).click();
    },
  },
];

/**
 * How long a page in a browser is cut off when its connections die without a goodbye. `in` and `out`: seconds until
 * what the other person wrote stands there, and until what was written there has left.
 */
await using server = await ServerProcess.start();
await using browser = await launchBrowser();
await Promise.all(scenes.map(async (scene, index) => console.log(await measure(browser, { scene, index }))));

async function measure(from: Browser, { scene, index }: { scene: Scene; index: number }) {
  await using link = await FlakyLink.open(server.url);
  const [alice, bobName] = [`alice ${index}`, `bob ${index}`];
  using bob = createWhisperClient({ url: server.url, getToken: devTokens(server.url, bobName) });
  await bob.store.when(({ isSynced }) => isSynced);
  const page = await openPage(from, link.url, alice);
  await page.locator('.row').filter({ hasText: bobName }).click();
  await write(page, 'before');
  const chatId = await heardBy(bob, 'before');
  await bob.store.openChat(chatId);
  await sleep(1_000);

  await scene.play(link, page);
  const startedAt = Date.now();
  const seconds = () => (Date.now() - startedAt) / 1_000;
  bob.store.send(chatId, 'came in');
  await write(page, 'went out');
  const arrival = page.getByRole('article').filter({ hasText: 'came in' });
  const [inAfter, outAfter] = await Promise.all([
    arrival.waitFor({ timeout: patienceMs }).then(seconds, () => 'never'),
    Promise.race([heardBy(bob, 'went out').then(seconds), sleep(patienceMs, 'never', { ref: false })]),
  ]);
  await page.context().close();
  return { scene: scene.name, in: inAfter, out: outAfter };
}

async function openPage(from: Browser, url: string, as: string): Promise<Page> {
  const context = await from.newContext({ baseURL: url });
  await context.addInitScript((name) => sessionStorage.setItem('whisper:person', name), as);
  const page = await context.newPage();
  await page.goto('/');
  return page;
}

async function write(page: Page, text: string): Promise<void> {
  const composer = page.getByRole('textbox', { name: /^Message/ });
  await composer.fill(text);
  await composer.press('Enter');
}

/** Resolves with the chat whose last message this is or was. */
async function heardBy({ store }: WhisperClient, text: string) {
  const { chats, open } = await store.when(
    (snapshot) =>
      [...snapshot.open.values()].some(
        (view) => view.status === 'ready' && view.log.messages.some((message) => message.text === text),
      ) || snapshot.chats.some(({ lastMessage }) => lastMessage?.text === text),
  );
  const [chat] = chats;
  if (!chat || open.size > 1) throw new Error('There is one chat');
  return chat.id;
}
