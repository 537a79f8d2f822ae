import { startTestServer, type TestServer } from '@whisper/server/testing';
import { hasBrowser, sharedBrowser, slow } from '@whisper/server/testing/browser';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { bundlePanel } from './bundle-panel.ts';
import { expectAccessible } from './expect-accessible.ts';
import { openChat } from './open-chat.ts';
import { openPanel } from './panel-page.ts';

describe.skipIf(!hasBrowser)('the panel', slow, () => {
  let server: TestServer;
  beforeAll(async () => {
    await bundlePanel();
    server = await startTestServer();
    await openChat(server);
  }, slow.timeout);
  afterAll(() => server?.[Symbol.asyncDispose]());

  it.each([360, 1280])('has nothing for axe to find at %i pixels, in light and dark', async (width) => {
    const hash = '#message.send+message.onEvent';
    const panel = await openPanel(await sharedBrowser(), server.url, { hash, width });
    await expectAccessible(panel, [hash, '#history', '#old-api']);
  });
});
