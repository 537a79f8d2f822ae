import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { hasBrowser, launchBrowser, slow } from '@whisper/server/testing/browser';

const bundleScript = fileURLToPath(new URL('../../../scripts/bundle.mjs', import.meta.url));

/** One browser for the tests of a file, which meet the bundle of the sources as they are. */
export function useBrowser(): () => Browser {
  let browser: Browser | undefined;
  beforeAll(async () => {
    if (!hasBrowser) return;
    await promisify(execFile)(process.execPath, [bundleScript, 'web']);
    browser = await launchBrowser();
  }, slow.timeout);
  afterAll(() => browser?.close());
  return () => {
    if (!browser) throw new Error('The browser is not running');
    return browser;
  };
}
