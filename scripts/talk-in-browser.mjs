// The React example as somebody tries it: a folder for Vite, on whose page two people talk in two tabs.
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const web = join(root, 'clients/web/package.json');
const example = join(root, 'examples/react');

/** A package that the web app depends on. */
export const ofWeb = (name) => import(pathToFileURL(createRequire(web).resolve(name)).href);

/** Rejects when they do not hear each other, and leaves nothing running. `project` has what the example imports. */
export async function talkInBrowser(project, { startServer, usualUrl }) {
  const page = join(project, 'page');
  cpSync(example, page, { recursive: true });
  const closers = [];
  try {
    const server = await startServer(join(project, 'data'));
    closers.push(server.close);
    const vite = await servePage(page, { usualUrl, url: server.url });
    closers.push(() => vite.close());
    const browser = await launchBrowser();
    closers.push(() => browser.close());
    const { origin } = new URL(vite.resolvedUrls.local[0]);
    await talk(await Promise.all(['alice', 'bob'].map((name) => signIn(browser, { origin, name }))));
  } finally {
    await Promise.allSettled(closers.map(async (close) => close()));
  }
}

async function servePage(page, { usualUrl, url }) {
  const configFile = join(page, 'vite.config.ts');
  writeFileSync(configFile, readFileSync(configFile, 'utf8').replaceAll(usualUrl, url));
  const { createServer } = await ofWeb('vite');
  const vite = await createServer({ root: page, configFile, logLevel: 'error', server: { port: 0 } });
  return vite.listen();
}

async function launchBrowser() {
  const { default: playwright } = await ofWeb('playwright-core');
  const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
  return playwright.chromium.launch({ executablePath, args: ['--no-sandbox'] });
}

async function talk([alice, bob]) {
  await enter(alice, 'Write to', 'bob');
  await enter(alice, 'Message', 'hello');
  await bob.getByRole('button', { name: 'alice (1 new)' }).click();
  await bob.getByText('alice: hello').waitFor();
  await enter(bob, 'Message', 'hello to you');
  await alice.getByText('bob: hello to you').waitFor();
}

async function signIn(browser, { origin, name }) {
  const page = await browser.newPage();
  page.on('pageerror', (error) => console.log(`      ${name}: ${String(error)}`));
  await page.goto(origin);
  await enter(page, 'Sign in as', name);
  await page.getByLabel('Write to').waitFor();
  return page;
}

async function enter(page, label, text) {
  await page.getByLabel(label).fill(text);
  await page.getByLabel(label).press('Enter');
}
