import { startTestServer, type TestServer } from '@whisper/server/testing';
import { hasBrowser, sharedBrowser, slow } from '@whisper/server/testing/browser';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { bundlePanel } from './bundle-panel.ts';
import { expectAccessible } from './expect-accessible.ts';
import { openChat } from './open-chat.ts';
import { openPanel } from './panel-page.ts';

describe.skipIf(!hasBrowser)('the panel at 360 pixels', slow, () => {
  let server: TestServer;
  beforeAll(async () => {
    await bundlePanel();
    server = await startTestServer();
    await openChat(server);
  }, slow.timeout);
  afterAll(() => server?.[Symbol.asyncDispose]());

  it('has nothing for axe to find, in light and dark', async () => {
    const hash = '#message.send+message.onEvent';
    await expectAccessible(await openPanel(await sharedBrowser(), server.url, { hash, width: 360 }));
  });
});
