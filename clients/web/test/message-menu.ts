import type { Browser, Locator } from 'playwright-core';
import { openApp, type AppPage } from './app-page.ts';

type Where = { readonly browser: Browser; readonly url: string };

/** Two people in two browsers who look at their conversation. */
export async function openBoth(
  { browser, url }: Where,
  one: string,
  other: string,
): Promise<[AppPage, AppPage]> {
  const permissions = ['clipboard-read', 'clipboard-write'];
  const both = await Promise.all([
    openApp(browser, { url, as: one, permissions }),
    openApp(browser, { url, as: other, permissions }),
  ]);
  await both[0].open(other);
  await both[1].open(one);
  return both;
}

export const menu = ({ page }: AppPage): Locator => page.getByRole('menu', { name: 'Message actions' });

export async function choose(app: AppPage, text: string, action: string): Promise<void> {
  // An answer to a message has its text too, further down.
  await app.message(text).first().hover();
  await app.message(text).first().getByRole('button', { name: 'Message actions' }).click();
  await menu(app).getByRole('menuitem', { name: action }).click();
}
