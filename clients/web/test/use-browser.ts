import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Browser } from 'playwright-core';
import { beforeAll } from 'vitest';
import { hasBrowser, sharedBrowser, slow } from '@whisper/server/testing/browser';

const bundleScript = fileURLToPath(new URL('../../../scripts/bundle.mjs', import.meta.url));

let bundling: Promise<unknown> | undefined;

/** The worker's browser for the tests of a file, which meet the bundle of the sources as they are. */
export function useBrowser(): () => Browser {
  let browser: Browser | undefined;
  beforeAll(async () => {
    if (!hasBrowser) return;
    bundling ??= promisify(execFile)(process.execPath, [bundleScript, 'web']);
    [browser] = await Promise.all([sharedBrowser(), bundling]);
  }, slow.timeout);
  return () => {
    if (!browser) throw new Error('The browser is not running');
    return browser;
  };
}
