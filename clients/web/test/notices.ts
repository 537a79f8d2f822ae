import type { BrowserContext, Worker } from 'playwright-core';
import { expect } from 'vitest';
import { patience, type AppPage } from './app-page.ts';

/** What the page's worker shows, as title and text; for `page.evaluate`. */
export async function titlesShown(): Promise<string[]> {
  const registration = await navigator.serviceWorker.getRegistration();
  const notices = (await registration?.getNotifications()) ?? [];
  return notices.map(({ title, body }) => `${title}: ${body}`);
}

export async function workerOf(context: BrowserContext): Promise<Worker> {
  return context.serviceWorkers()[0] ?? context.waitForEvent('serviceworker');
}

/** Somebody looks at another window. Resolves when the worker, which is silent while a window has the focus, knows. */
export async function lookAway({ page }: AppPage): Promise<void> {
  const context = page.context();
  const session = await context.newCDPSession(page);
  await session.send('Emulation.setFocusEmulationEnabled', { enabled: false });
  const elsewhere = await context.newPage();
  await elsewhere.goto('about:blank');
  await elsewhere.bringToFront();
  const worker = await workerOf(context);
  await expect.poll(() => worker.evaluate(focusOfWindows), patience).not.toContain(true);
  await expect.poll(() => page.evaluate(() => document.hasFocus()), patience).toBe(false);
}

type WorkerScope = { clients: { matchAll(of: object): Promise<readonly { readonly focused: boolean }[]> } };

async function focusOfWindows(): Promise<boolean[]> {
  const { clients } = self as unknown as WorkerScope;
  return (await clients.matchAll({ type: 'window' })).map(({ focused }) => focused);
}
