import { startTestServer } from '@whisper/server/testing';
import { hasBrowser, sharedBrowser, slow } from '@whisper/server/testing/browser';
import { describe, it } from 'vitest';
import { bundlePanel } from './bundle-panel.ts';
import { expectAccessible } from './expect-accessible.ts';
import { openChat } from './open-chat.ts';
import { openPanel } from './panel-page.ts';

describe.skipIf(!hasBrowser)('the panel at 360 pixels', slow, () => {
  it('has nothing for axe to find, in light and dark', async () => {
    await bundlePanel();
    await using server = await startTestServer();
    await openChat(server);
    const hash = '#message.send+message.onEvent';
    const panel = await openPanel(await sharedBrowser(), server.url, { hash, width: 360 });
    await expectAccessible(panel);
  });
});
