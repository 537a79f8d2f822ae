import { startTestServer } from '@whisper/server/testing';
import { describe, expect, it } from 'vitest';
import { openApp, patience } from './app-page.ts';
import { hasBrowser, slow } from '@whisper/server/testing/browser';
import { FlakyLink } from '@whisper/server/testing/flaky-link';
import { keptInBrowser, textsInBrowser } from './kept-in-browser.ts';
import { signInClient } from './sample-chats.ts';
import { ServerProcess } from '@whisper/server/testing/server-process';
import { useBrowser } from './use-browser.ts';

const browser = useBrowser();

describe.skipIf(!hasBrowser)('an outage', slow, () => {
  it('of the network keeps what is written, and sends it once when it is over', async () => {
    await using server = await startTestServer();
    await using link = await FlakyLink.open(server.url);
    using bob = await signInClient(server.url, 'bob');
    const alice = await openApp(browser(), { url: link.url, as: 'alice' });
    await alice.open('bob');
    await alice.send('before');
    await alice.sees('before');

    link.cut();
    await alice.banner.waitFor();
    await alice.send('first in the tunnel');
    await alice.send('second in the tunnel');
    await alice.page.getByText('2 messages wait').waitFor();
    await alice.page.getByText('Waits for a connection').waitFor();
    await alice.row('bob').getByText('second in the tunnel').waitFor();
    const { chatId } = alice;
    await bob.store.openChat(chatId);
    bob.store.send(chatId, 'meanwhile');
    await bob.store.when(({ outbox }) => outbox.length === 0);
    link.restore();
    await alice.tryNow();

    await alice.sees('second in the tunnel');
    await alice.banner.waitFor({ state: 'detached' });
    await expect
      .poll(() => alice.texts(), patience)
      .toEqual(['before', 'meanwhile', 'first in the tunnel', 'second in the tunnel']);
  });

  it('of the server, killed and started again, loses and repeats nothing', async () => {
    await using server = await ServerProcess.start();
    using bob = await signInClient(server.url, 'bob');
    const alice = await openApp(browser(), { url: server.url, as: 'alice' });
    await alice.open('bob');
    await alice.send('before the kill');
    await alice.sees('before the kill');

    await server.kill();
    await alice.send('while it was dead');
    await alice.banner.waitFor();
    await server.start();
    await alice.tryNow();

    await alice.sees('while it was dead');
    const { chats } = await bob.store.when(
      ({ chats }) => chats[0]?.lastMessage?.text === 'while it was dead',
    );
    expect(chats[0]?.lastMessage?.seq).toBe(2);
    await alice.page.reload();
    await alice.sees('while it was dead');
    await expect.poll(() => alice.texts(), patience).toEqual(['before the kill', 'while it was dead']);
  });

  it('of the server alone leaves a page that opens with what it showed last, and catches up', async () => {
    await using server = await startTestServer();
    using bob = await signInClient(server.url, 'bob');
    const alice = await openApp(browser(), { url: server.url, as: 'alice' });
    await alice.open('bob');
    await alice.send('before');
    await alice.sees('before');
    await keptInBrowser(alice.page, 'before');
    const { page } = alice;
    let isDown = true;
    await page.routeWebSocket(/[/]trpc/, (socket) => {
      if (isDown) void socket.close();
      else socket.connectToServer();
    });
    await page.route(/[/](?:trpc|dev)[/]/, (route) => (isDown ? route.abort() : route.continue()));

    await page.reload();
    await alice.sees('before');
    await alice.row('bob').getByText('before').waitFor();
    await alice.send('from the cache');
    await alice.row('bob').getByText('from the cache').waitFor();
    isDown = false;
    await page.reload();

    const { chats } = await bob.store.when(({ chats }) => chats[0]?.lastMessage?.text === 'from the cache');
    expect(chats[0]?.lastMessage?.seq).toBe(2);
    await alice.sees('from the cache');
    await expect.poll(() => alice.texts(), patience).toEqual(['before', 'from the cache']);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await expect.poll(() => textsInBrowser(page), patience).toEqual([]);
  });

  it('outlives a reload: what waits is sent by the next page', async () => {
    await using server = await ServerProcess.start();
    (await signInClient(server.url, 'bob')).close();
    const alice = await openApp(browser(), { url: server.url, as: 'alice' });
    await alice.open('bob');
    await server.kill();
    await alice.send('not yet');

    await server.start();
    await alice.page.reload();

    await alice.sees('not yet');
  });

  it('is none while the first connection takes its time', async () => {
    await using server = await startTestServer();
    const alice = await openApp(browser(), { url: server.url });
    await alice.page.routeWebSocket(/trpc/, () => undefined);
    await alice.page.clock.install();
    await alice.page.getByRole('button', { name: 'alice' }).click();
    await alice.page.getByLabel('Loading your chats').waitFor();

    await alice.page.clock.runFor(5_000);

    expect(await alice.banner.count()).toBe(0);
  });
});
