import type { Browser, Locator, Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';

/** How long an answer may take on a busy machine. */
export const patience = { timeout: 30_000 };

type Options = {
  readonly hash?: string;
  readonly width?: number;
  /** Runs before the page is opened, such as to answer some of its requests. */
  readonly prepare?: (page: Page) => Promise<void>;
};

/** Opens the panel as a first-time visitor. Its console must stay silent until the end of the test. */
export async function openPanel(browser: Browser, url: string, options: Options = {}): Promise<PanelPage> {
  const { hash = '', width = 1280, prepare } = options;
  const page = await browser.newPage({ viewport: { width, height: 900 } });
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    // A refused call is an answer; the browser notes each by itself.
    const isRefusal =
      message.text().startsWith('Failed to load resource') &&
      /\/(trpc|files\/uploads)\//.test(message.location().url);
    if (['error', 'warning'].includes(message.type()) && !isRefusal) complaints.push(message.text());
  });
  onTestFinished(async () => {
    await page.close();
    expect(complaints).toEqual([]);
  });
  await prepare?.(page);
  await page.goto(`${url}/panel${hash}`);
  return new PanelPage(page);
}

export class PanelPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  seat(name: string): SeatPart {
    return new SeatPart(this.page.getByRole('region', { name: `Seat of ${name}` }));
  }

  async show(hash: string): Promise<void> {
    await this.page.evaluate(async (next) => {
      if (new URL(next, location.href).hash === location.hash) return;
      const changed = new Promise((resolve) => addEventListener('hashchange', resolve, { once: true }));
      location.hash = next;
      await changed;
    }, hash);
  }
}

/** One person's column. */
export class SeatPart {
  readonly root: Locator;

  constructor(root: Locator) {
    this.root = root;
  }

  async waitForPicks(label: string): Promise<void> {
    await this.root
      .getByLabel(label)
      .locator('option', { hasText: '· …' })
      .first()
      .waitFor({ state: 'attached' });
  }

  async send(): Promise<void> {
    await this.root.getByRole('button', { name: 'Send', exact: true }).click();
  }

  /** Sends a message from the form of message.send. */
  async sendText(text: string): Promise<void> {
    await this.root.getByLabel('text', { exact: true }).fill(text);
    await this.send();
    const answer = this.root.getByRole('region', { name: 'Answer' });
    await answer.getByText(JSON.stringify(text)).first().waitFor();
  }

  /** The last answer's status: `OK`, or an error's code. */
  async expectStatus(status: string, of = 'the call'): Promise<void> {
    const pill = this.root.getByRole('region', { name: 'Answer' }).locator('.pill');
    await expect.poll(() => pill.allInnerTexts(), { ...patience, message: of }).toEqual([status]);
  }

  stream(path: string): Locator {
    return this.root.getByRole('article', { name: `${path}, live` });
  }
}
