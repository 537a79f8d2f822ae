import { createWhisperClient, devTokens } from '@whisper/client/node';
import type { ProcedureDescription } from '@whisper/server';
import { FakePushServices, startTestServer, type TestServer } from '@whisper/server/testing';
import { hasBrowser, sharedBrowser, slow } from '@whisper/server/testing/browser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundlePanel } from './bundle-panel.ts';
import { endingsLast } from './endings.ts';
import { openChat } from './open-chat.ts';
import { openPanel } from './panel-page.ts';

/** In `npm test` a curl of every procedure is answered, made of what the panel fills in. */
describe.skipIf(!hasBrowser)('the panel', slow, () => {
  let server: TestServer;
  let pushes: FakePushServices;

  beforeAll(async () => {
    await bundlePanel();
    server = await openServer();
    await openChat(server);
  }, slow.timeout);

  afterAll(async () => {
    for (const each of [server, pushes]) await each?.[Symbol.asyncDispose]();
  });

  /** Alice may do everything there, and has a device. */
  async function openServer(): Promise<TestServer> {
    pushes = await FakePushServices.start();
    const opened = await startTestServer({ env: { ...pushes.env, MODERATORS: 'alice@example.test' } });
    using alice = createWhisperClient({ url: opened.url, getToken: devTokens(opened.url, 'alice') });
    await alice.api.device.register.mutate(pushes.subscribe());
    return opened;
  }

  it('calls every query and mutation and runs every subscription from what it fills in by itself', async () => {
    const described = await fetch(`${server.url}/panel/api.json`);
    const { procedures } = (await described.json()) as { procedures: ProcedureDescription[] };
    const panel = await openPanel(await sharedBrowser(), server.url, { hash: '#message.send' });
    const alice = panel.seat('alice');
    await alice.waitForPicks('chatId');
    await alice.sendText('one');

    for (const { path, kind, input } of endingsLast(procedures).flat()) {
      // How a device is reached only the device knows.
      if (path === 'device.register') continue;
      await panel.show(`#${path}`);
      await alice.root.getByRole('heading', { name: path }).first().waitFor();
      const picked = ['userId', 'chatId', 'messageId', 'code', 'fileId', 'deviceId', 'reportId'].filter(
        (key) => input?.required?.includes(key),
      );
      for (const key of picked) await alice.waitForPicks(key);
      if (path === 'auth.refresh') await alice.root.getByRole('button', { name: 'Mine' }).click();
      if (kind === 'subscription') {
        await alice.root.getByRole('button', { name: 'Start' }).click();
        await alice.stream(path).getByText(/^live/).waitFor();
        continue;
      }
      await alice.send();
      await alice.expectStatus('OK', path);
    }
    const live = procedures.filter(({ kind }) => kind === 'subscription');
    expect(await alice.root.getByRole('article').count()).toBe(live.length);
  }, 120_000);
});
