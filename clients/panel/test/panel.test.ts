import { startTestServer, type TestServer } from '@whisper/server/testing';
import type { ProcedureDescription } from '@whisper/server';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { legacyApi } from '../src/legacy-api/legacy-api.ts';
import { hasBrowser, sharedBrowser, slow } from '@whisper/server/testing/browser';
import { bundlePanel } from './bundle-panel.ts';
import { labProcedure } from './lab-procedure.ts';
import { openChat } from './open-chat.ts';
import { openPanel, patience } from './panel-page.ts';

describe.skipIf(!hasBrowser)('the panel in a real browser', slow, () => {
  let server: TestServer;
  let browser: Browser;
  let procedures: readonly ProcedureDescription[] = [];

  beforeAll(async () => {
    await bundlePanel();
    [server, browser] = await Promise.all([startTestServer(), sharedBrowser()]);
    await openChat(server);
    const described = await fetch(`${server.url}/panel/api.json`);
    ({ procedures } = (await described.json()) as { procedures: ProcedureDescription[] });
  }, slow.timeout);

  afterAll(() => server?.[Symbol.asyncDispose]());

  it('lists every procedure of the router with its kind and docs, and finds them by typing', async () => {
    const { page } = await openPanel(browser, server.url);
    const list = page.getByRole('navigation', { name: 'Procedures' });
    await list.getByRole('listitem').first().waitFor();

    expect(await list.getByRole('listitem').allInnerTexts()).toEqual(
      procedures.map(({ path, kind, docs }) => [path.replace(/^\w+\./, ''), kind, docs].join('\n')),
    );

    await page.keyboard.press('/');
    await page.keyboard.type('no such procedure');
    await list.getByText('No procedure is called that.').waitFor();
    await page.getByLabel('Search procedures').fill('send');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'message.send' }).waitFor();
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.textContent), patience)
      .toContain('message.send');
  });

  it('signs in as anybody the local issuer can name, or as whoever a pasted token says', async () => {
    const panel = await openPanel(browser, server.url, { hash: '#auth.me' });
    const who = panel.page.getByLabel('Signed in as');

    await who.selectOption('another name…');
    await panel.page.getByLabel('Name', { exact: true }).fill('frank');
    await panel.page.keyboard.press('Enter');
    await panel.seat('frank').send();
    await panel.seat('frank').expectStatus('OK');

    await who.selectOption('paste a token…');
    const help = await panel.page.getByText('good for 60 seconds').innerText();
    expect(help).toContain(`curl -s -d '{"user":"alice"}' ${server.url}/dev/token`);
    await panel.page.getByLabel('Session token').fill('not a token');
    await panel.page.keyboard.press('Enter');
    await panel.seat('nobody').root.getByRole('alert').waitFor();

    await who.selectOption('paste a token…');
    await panel.page.getByLabel('Session token').fill(await server.tokenFor('gina'));
    await panel.page.keyboard.press('Enter');
    await panel.seat('gina').send();
    await panel.seat('gina').expectStatus('OK');
  });

  it('lets two people meet on one page: what one sends the other receives, pauses and resumes', async () => {
    const panel = await openPanel(browser, server.url, { hash: '#message.send+message.onEvent' });
    const [alice, bob] = [panel.seat('alice'), panel.seat('bob')];
    await alice.waitForPicks('chatId');
    await bob.waitForPicks('chatId');
    const withAlice = bob.root.getByLabel('chatId').locator('option', { hasText: 'alice · …' });
    await bob.root.getByLabel('chatId').selectOption(await withAlice.getAttribute('value'));
    await bob.root.getByRole('button', { name: 'Start' }).click();
    const stream = bob.stream('message.onEvent').first();
    await stream.getByText('live · 1 event').waitFor();
    const sendText = async (text: string) => {
      await alice.root.getByLabel('text', { exact: true }).fill(text);
      await alice.root.getByLabel('text', { exact: true }).press('Control+Enter');
    };

    await sendText('one');
    await stream.getByText('"text":"one"').waitFor();
    await stream.getByRole('button', { name: 'Pause' }).click();
    await alice.expectStatus('OK');
    await sendText('two');
    await stream.getByRole('button', { name: 'Go on (1 new)' }).waitFor();
    expect(await stream.getByText('"text":"two"').count()).toBe(0);
    await stream.getByRole('button', { name: 'Go on' }).click();
    await stream.getByText('"text":"one"').click();
    await stream.getByRole('button', { name: 'Resume after this' }).click();

    const resumed = bob.stream('message.onEvent').first();
    await resumed.getByText('"text":"two"').waitFor();
    expect(await bob.stream('message.onEvent').count()).toBe(2);
    expect(await resumed.getByText('"text":"one"').count()).toBe(0);
    await resumed.getByRole('button', { name: 'Stop' }).click();
    await resumed.getByText(/^stopped/).waitFor();
  });

  it('uploads a file and sends it, and says why one is refused', async () => {
    const panel = await openPanel(browser, server.url, { hash: '#file.create' });
    const alice = panel.seat('alice');
    const upload = async (name: string, text: string) => {
      const file = { name, mimeType: 'text/plain', buffer: Buffer.from(text) };
      await alice.root.getByLabel('Bytes').setInputFiles(file);
      const nameField = alice.root.getByLabel('name', { exact: true });
      await expect.poll(() => nameField.inputValue(), patience).toBe(name);
      await alice.send();
      await alice.root.getByRole('button', { name: `Upload ${text.length} byte` }).click();
    };

    await upload('broken.gif', 'GIF89a no picture');
    await alice.root.getByText('BAD_REQUEST: ').waitFor();
    await upload('notes.txt', 'A note.');
    await alice.root.getByText('All 7 byte of notes.txt are there').waitFor();
    await panel.show('#message.send');
    await alice.waitForPicks('chatId');
    await alice.waitForPicks('attachmentIds-1');
    await alice.sendText('with a file');
    await alice.root.getByRole('region', { name: 'Answer' }).getByText('"notes.txt"').waitFor();
    await alice.sendText('without it');
    await alice.expectStatus('OK');
  });

  it('shows how far a message has come, while the other person receives and reads it', async () => {
    const panel = await openPanel(browser, server.url, { hash: '#message.send+auth.me' });
    const [alice, bob] = [panel.seat('alice'), panel.seat('bob')];
    await alice.waitForPicks('chatId');
    await alice.sendText('To be read');
    const receipt = alice.root.getByRole('status', { name: 'Receipt' });
    await receipt.getByText('sent').waitFor();
    const [, seq = ''] = /Message (\d+) was sent to bob/.exec(await receipt.innerText()) ?? [];

    for (const [path, shown] of [
      ['chat.markDelivered', `Message ${seq} was delivered to bob`],
      ['chat.markRead', `Message ${seq} was read by bob`],
    ] as const) {
      await panel.show(`#message.send+${path}`);
      await expect.poll(() => bob.root.getByLabel('seq').inputValue(), patience).toBe(seq);
      await bob.send();
      await expect.poll(() => receipt.innerText(), patience).toBe(shown);
    }
    expect(await alice.root.getByRole('article').count()).toBe(0);
  });

  it('shows one person’s typing to the other, over sockets alone', async () => {
    const panel = await openPanel(browser, server.url, { hash: '#typing.set+typing.onChange' });
    const [alice, bob] = [panel.seat('alice'), panel.seat('bob')];
    await alice.waitForPicks('chatId');
    await bob.root.getByRole('button', { name: 'Start' }).click();
    await bob.stream('typing.onChange').getByText(/^live/).waitFor();

    await alice.root.getByLabel('over').selectOption('the socket');
    expect(await alice.root.getByLabel('isTyping').isChecked()).toBe(true);
    await alice.send();

    await bob.stream('typing.onChange').getByText('"isTyping":true').waitFor();
    await alice.root.getByRole('tab', { name: 'Wire' }).click();
    expect(await alice.root.getByRole('heading', { level: 3 }).allInnerTexts()).toEqual([
      'Frame sent',
      'Frame received',
    ]);
  });

  it('shows what is wrong at its field, and keeps what was written between form and JSON', async () => {
    const panel = await openPanel(browser, server.url, { hash: '#message.send' });
    const alice = panel.seat('alice');
    await alice.waitForPicks('chatId');
    const text = alice.root.getByLabel('text', { exact: true });

    await text.fill('');
    await alice.send();
    await alice.expectStatus('BAD_REQUEST');
    expect(await text.getAttribute('aria-invalid')).toBe('true');
    const errors = await text.getAttribute('aria-describedby');
    expect(await panel.page.locator(`[id="${errors}"]`).innerText()).toContain('must not be empty');

    await text.fill('written in the form');
    await alice.root.getByRole('button', { name: 'JSON', exact: true }).click();
    const json = alice.root.getByLabel('Input as JSON');
    await json.fill((await json.inputValue()).replace('written in the form', 'and in JSON'));
    await json.press('Control+Enter');
    await alice.expectStatus('OK');
    await json.fill('{ "text": ');
    expect(await alice.root.getByRole('button', { name: 'Send', exact: true }).isDisabled()).toBe(true);
    await json.fill('{ "text": "back again" }');
    await alice.root.getByRole('button', { name: 'Form' }).click();
    expect(await text.inputValue()).toBe('back again');
  });

  it('sends dates as Dates, leaves out what was left empty, and lets one choose between alternatives', async () => {
    const bodies: unknown[] = [];
    const panel = await openPanel(browser, server.url, {
      hash: '#lab.try',
      prepare: async (page) => {
        await page.route('**/panel/api.json', (route) =>
          route.fulfill({ json: { procedures: [labProcedure] } }),
        );
        await page.route('**/trpc/lab.try', (route) => {
          bodies.push(route.request().postDataJSON());
          return route.fulfill({ json: { result: { data: { json: null } } } });
        });
      },
    });
    const alice = panel.seat('alice');
    const { root } = alice;

    await root.getByLabel('day').fill('2026-03-01T12:00');
    await root.getByLabel('shape').selectOption('circle');
    await root.getByLabel('radius').fill('2.5');
    await root.getByLabel('nickname').selectOption('null');
    await root.getByRole('button', { name: 'Add' }).click();
    await root.getByLabel('tags-1').fill('first');
    await alice.send();
    await alice.expectStatus('OK');

    const day = new Date(await panel.page.evaluate(() => new Date('2026-03-01T12:00').toISOString()));
    expect(bodies).toEqual([
      {
        json: { day: day.toJSON(), shape: { is: 'circle', radius: 2.5 }, nickname: null, tags: ['first'] },
        meta: { values: { day: ['Date'] }, v: 1 },
      },
    ]);
  });

  it('keeps what is written in the address, for a reload and for others, but no token and no id', async () => {
    const panel = await openPanel(browser, server.url, { hash: '#message.send+auth.refresh' });
    const { page } = panel;
    const [alice, bob] = [panel.seat('alice'), panel.seat('bob')];
    await alice.waitForPicks('chatId');
    const text = alice.root.getByLabel('text', { exact: true });
    const clientId = alice.root.getByLabel('clientId');
    await text.fill('100 % + more? #1 “ü”');
    const id = await clientId.inputValue();
    await bob.root.getByRole('button', { name: 'Mine' }).click();
    await page.waitForURL(/message\.send\?.*%23.*\+auth\.refresh\?%7B%7D$/);
    const link = page.url();
    expect(link).not.toMatch(new RegExp(`eyJ|${id}`));

    await page.reload();
    await expect.poll(() => text.inputValue(), patience).toBe('100 % + more? #1 “ü”');
    expect(await clientId.inputValue()).toMatch(/^[\da-f-]{36}$/);
    expect(await clientId.inputValue()).not.toBe(id);
    await page.getByRole('link', { name: 'History' }).click();
    await page.getByRole('link', { name: 'Procedures' }).click();
    await expect.poll(() => text.inputValue(), patience).toBe('100 % + more? #1 “ü”');

    await panel.show('#message.send?%7B%22text%22:%22from+a+link%22%7D+%E0%A4%A');
    await panel.show('#message.send?%7B%22text%22%3A%22from%20a%20link%22%7D+message.onEvent?%E0%A4%A');
    await expect.poll(() => text.inputValue(), patience).toBe('from a link');
    await page.goto(link);
    await expect.poll(() => text.inputValue(), patience).toBe('100 % + more? #1 “ü”');
  });

  it('leads to the app and to the page of the old API', async () => {
    const { page } = await openPanel(browser, server.url, { hash: '#auth.me' });
    const links = page.getByRole('navigation', { name: 'Elsewhere' }).getByRole('link');
    await links.first().waitFor();
    expect(await links.evaluateAll((all) => all.map((link) => link.getAttribute('href')))).toEqual([
      `${server.url}/`,
      `${server.url}/api/docs`,
    ]);
  });

  it('keeps the history of calls over a reload, and no token anywhere', async () => {
    const panel = await openPanel(browser, server.url, { hash: '#auth.refresh' });
    await panel.seat('alice').root.getByRole('button', { name: 'Mine' }).click();
    await panel.seat('alice').send();
    await panel.seat('alice').expectStatus('OK');
    await panel.seat('alice').root.getByRole('tab', { name: 'Wire' }).click();
    expect(await panel.page.getByRole('main').innerText()).not.toMatch(/eyJ\w/);

    await panel.page.reload();
    await panel.show('#history');

    await panel.page.getByRole('button', { name: /auth\.refresh.*OK/s }).click();
    await panel.page.getByRole('heading', { name: 'auth.refresh' }).waitFor();
    expect(await panel.page.evaluate(() => JSON.stringify(localStorage))).not.toContain('eyJ');
  });

  it('keeps a socket signed in with newer tokens of its own', async () => {
    const sent: string[] = [];
    const panel = await openPanel(browser, server.url, {
      hash: '#presence.onChange',
      prepare: async (page) => {
        await page.clock.install();
        page.on('websocket', (socket) => socket.on('framesent', ({ payload }) => sent.push(String(payload))));
      },
    });
    await panel.seat('alice').root.getByRole('button', { name: 'Start' }).click();
    await panel.seat('alice').stream('presence.onChange').getByText(/^live/).waitFor();

    await panel.page.clock.fastForward(45_000);

    await expect.poll(() => sent.filter((frame) => frame.includes('auth.refresh')).length, patience).toBe(1);
    await panel.seat('alice').stream('presence.onChange').getByText(/^live/).waitFor();
  });

  it('works at 360 pixels', async () => {
    const panel = await openPanel(browser, server.url, { hash: '#old-api', width: 360 });
    for (const hash of ['#old-api', '#history', '#message.send+message.onEvent']) {
      await panel.show(hash);
      await panel.page.getByRole('heading', { level: 2 }).first().waitFor();
      expect(await panel.page.evaluate(() => document.documentElement.scrollWidth), hash).toBe(360);
    }

    await panel.page.getByRole('button', { name: 'Procedures' }).click();
    await panel.page.getByRole('listitem').filter({ hasText: 'openDirect' }).click();
    await panel.page.getByRole('heading', { name: 'chat.openDirect' }).waitFor();
  });

  it('maps the old API to procedures that exist', () => {
    const paths = procedures.map(({ path }) => path);

    expect(legacyApi.flatMap(({ now }) => now).filter((path) => !paths.includes(path))).toEqual([]);
  });
});
