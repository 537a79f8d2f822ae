import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe } from 'vitest';
import { hasBrowser, launchBrowser } from './browser.ts';

const bundleScript = fileURLToPath(new URL('../../../scripts/bundle.mjs', import.meta.url));

/** Tests that share one browser and meet the bundle as it is served. Skipped where there is no browser. */
export function describeInBrowser(name: string, define: (browser: () => Browser) => void): void {
  describe.skipIf(!hasBrowser)(name, () => {
    let browser: Browser | undefined;
    beforeAll(async () => {
      await promisify(execFile)(process.execPath, [bundleScript, 'web']);
      browser = await launchBrowser();
    });
    afterAll(() => browser?.close());
    define(() => {
      if (!browser) throw new Error('The browser is not running');
      return browser;
    });
  });
}
