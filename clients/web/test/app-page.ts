import { ChatIdSchema, type ChatId } from '@whisper/shared';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';

/** How long something may take on a busy machine, for `expect.poll`. */
export const patience = { timeout: 30_000 };

type Options = BrowserContextOptions & {
  readonly url: string;
  /** Who is signed in already; nobody unless given. */
  readonly as?: string;
  readonly path?: string;
  /** For a test in which something is made to fail: what the page says of it is no fault. Default false. */
  readonly mayComplain?: boolean;
  /** Lets the app have its worker. Default false, so that no test fetches the bundle twice. */
  readonly hasWorker?: boolean;
};

/** What is said of push, which such a browser has not, of requests that a cut network or a dead server did not answer, and of the worker that tests do without. */
const networkNoise =
  /^Failed to load resource|^WebSocket connection to|net::ERR_|^Service Worker registration blocked|does not support the Push API in incognito/;

/**
 * Opens the app in a context of its own. Until the end of the test it must ask nobody but its own server, and its
 * console must stay silent, of broken policies too.
 */
export async function openApp(browser: Browser, options: Options): Promise<AppPage> {
  const { url, as, path = '/', mayComplain = false, hasWorker = false, ...rest } = options;
  const serviceWorkers = hasWorker ? 'allow' : 'block';
  const context = await browser.newContext({ baseURL: url, serviceWorkers, ...rest });
  if (as) await context.addInitScript((name) => sessionStorage.setItem('whisper:person', name), as);
  const page = await context.newPage();
  page.setDefaultTimeout(patience.timeout);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    const isNoise = networkNoise.test(message.text());
    if (['error', 'warning'].includes(message.type()) && !isNoise) complaints.push(message.text());
  });
  context.on('request', (request) => {
    if (new URL(request.url()).origin !== url) complaints.push(`It asked ${request.url()}`);
  });
  onTestFinished(async () => {
    await context.close();
    if (!mayComplain) expect(complaints).toEqual([]);
  });
  await page.goto(path);
  const app = new AppPage(page);
  if (as) await app.loaded();
  return app;
}

type Placed = { readonly text: string; readonly top: number; readonly place: number };

/** One tab, in the words of the person in front of it. */
export class AppPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  get search(): Locator {
    return this.page.getByLabel('Search chats and people');
  }

  /** The scrolling room of the messages. */
  get messages(): Locator {
    return this.page.getByRole('region', { name: 'Messages', exact: true });
  }

  get composer(): Locator {
    return this.page.getByRole('textbox', { name: /^Message/ });
  }

  /** Of the conversation that is open. */
  get chatId(): ChatId {
    return ChatIdSchema.parse(new URL(this.page.url()).pathname.split('/').at(-1));
  }

  get banner(): Locator {
    return this.page.getByText('No connection.');
  }

  /** The lists are there: whoever signed in is known. */
  async loaded(): Promise<void> {
    await this.page.locator('.me-name').waitFor({ state: 'attached' });
  }

  /** Another tab of this browser. */
  async newTab(): Promise<AppPage> {
    const tab = new AppPage(await this.page.context().newPage());
    await tab.page.goto('/');
    await tab.loaded();
    return tab;
  }

  /** The line of a person or of the chat with them. */
  row(name: string): Locator {
    return this.page.locator('.row').filter({ has: this.page.getByText(name, { exact: true }) });
  }

  message(text: string): Locator {
    return this.page.getByRole('article').filter({ hasText: text });
  }

  async open(name: string): Promise<void> {
    await this.row(name).click();
    await this.page.getByRole('heading', { name, level: 1 }).waitFor();
    await this.composer.waitFor();
  }

  async send(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.composer.press('Enter');
    await this.message(text).waitFor();
  }

  /** The message stands there as stored by the server. */
  async sees(text: string): Promise<void> {
    await this.message(text).and(this.page.locator('[data-state=sent]')).waitFor();
  }

  /** Does not wait for the next attempt to connect, unless that succeeds at the same moment and takes the button away. */
  async tryNow(): Promise<void> {
    const button = this.page.getByRole('button', { name: 'Try now' });
    await Promise.any([button.click(), this.banner.waitFor({ state: 'detached' })]);
  }

  /** The texts in sight, from the top. */
  async texts(): Promise<string[]> {
    return this.page.locator('.bubble').allInnerTexts();
  }

  /** How far the messages can still be scrolled, in pixels. */
  distanceFromEnd(): Promise<number> {
    return this.messages.evaluate(
      ({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight,
    );
  }

  /** The first message that begins below the header. */
  async topMessage(): Promise<Placed> {
    const found = (await this.#placed()).filter(({ top }) => top > 80).sort((a, b) => a.top - b.top)[0];
    if (!found) throw new Error('No message is in sight');
    return found;
  }

  /** Where a message stands; undefined while it is not in the document. */
  async place(text: string): Promise<Placed | undefined> {
    return (await this.#placed()).find((each) => each.text === text);
  }

  #placed(): Promise<Placed[]> {
    return this.page.locator('.message-place').evaluateAll((all) =>
      all.map((each) => ({
        text: each.querySelector('.bubble')?.textContent ?? '',
        top: each.querySelector('.bubble')?.getBoundingClientRect().top ?? 0,
        place: Number(each.ariaPosInSet),
      })),
    );
  }
}
