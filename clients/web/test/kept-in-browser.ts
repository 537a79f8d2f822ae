import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { patience } from './app-page.ts';

/** Resolves when a text stands in what the page keeps of alice's chats. */
export async function keptInBrowser(page: Page, text: string): Promise<void> {
  await expect
    .poll(() => textsInBrowser(page), patience)
    .toContainEqual(expect.stringContaining(`"${text}"`));
}

export function textsInBrowser(page: Page, name = 'whisper:alice'): Promise<unknown[]> {
  return page.evaluate(
    (base) =>
      new Promise<unknown[]>((resolve, reject) => {
        const opening = indexedDB.open(base);
        opening.onerror = () => reject(new Error('It does not open'));
        opening.onsuccess = () => {
          const items = opening.result.transaction('items').objectStore('items').getAll();
          items.onsuccess = () => {
            opening.result.close();
            resolve(items.result);
          };
        };
      }),
    name,
  );
}
