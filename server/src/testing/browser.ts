import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';

/** Without a browser these tests are skipped and say so; on CI their absence is a failure. */
export const hasBrowser = process.env['CI'] === 'true' || existsSync(executablePath);
if (!hasBrowser) {
  process.stderr.write(`No browser at ${executablePath}: the tests in a browser are skipped.\n`);
}

/** A browser, a server and whatever else the machine does at the time. */
export const slow = { timeout: 90_000 };

/**
 * A window's address bar has two pages of its own in a process of their own, and the next page a process in reserve: together
 * they cost as much as the app. Of two such lists Chromium reads the last, so Playwright's stands here too where it matters.
 */
const disabledFeatures = [
  'WebUIOmniboxPopup',
  'WebUIOmniboxAimPopup',
  'SpareRendererForSitePerProcess',
  'PaintHolding',
  'HttpsUpgrades',
  'HttpsFirstBalancedModeAutoEnable',
  'ThirdPartyStoragePartitioning',
  'DestroyProfileOnBrowserClose',
  'OptimizationHints',
  'NetworkTimeServiceQuerying',
];

/** The caller closes it; `await using` does. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      `--disable-features=${disabledFeatures.join()}`,
      // A microphone that beeps, for voice notes.
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
    ],
  });
}

let shared: Promise<Browser> | undefined;

/** One browser for all files of a worker, which it ends with: each test opens contexts of its own and closes them. */
export async function sharedBrowser(): Promise<Browser> {
  shared ??= launchBrowser();
  const browser = await shared;
  if (!browser.isConnected()) shared = launchBrowser();
  return shared;
}
