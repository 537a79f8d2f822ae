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

/** Rejects when they do not hear each other. `project` has what the example imports. */
export async function talkInBrowser(project, { startServer, usualUrl }) {
  const [vitePackage, playwright] = await Promise.all(['vite', 'playwright-core'].map(ofWeb));
  const page = join(project, 'page');
  cpSync(example, page, { recursive: true });
  const server = await startServer(join(project, 'data'));
  const configFile = join(page, 'vite.config.ts');
  writeFileSync(configFile, readFileSync(configFile, 'utf8').replaceAll(usualUrl, server.url));
  const options = { root: page, configFile, logLevel: 'error', server: { port: 0 } };
  const vite = await vitePackage.createServer(options).then((created) => created.listen());
  const origin = new URL(vite.resolvedUrls.local[0]).origin;
  const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
  const browser = await playwright.default.chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    const names = ['alice', 'bob'];
    const [alice, bob] = await Promise.all(names.map((name) => signIn(browser, { origin, name })));
    await enter(alice, 'Write to', 'bob');
    await enter(alice, 'Message', 'hello');
    await bob.getByRole('button', { name: 'alice (1 new)' }).click();
    await bob.getByText('alice: hello').waitFor();
    await enter(bob, 'Message', 'hello to you');
    await alice.getByText('bob: hello to you').waitFor();
  } finally {
    await Promise.allSettled([browser.close(), vite.close()]);
    server.close();
  }
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
