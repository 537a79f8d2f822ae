import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startTestServer, type TestServer } from '@whisper/server/testing';
import { hasBrowser, slow } from '@whisper/server/testing/browser';
import type { BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { AppPage, patience } from './app-page.ts';
import { textsInBrowser } from './kept-in-browser.ts';
import { signInClient } from './sample-chats.ts';
import { useBrowser } from './use-browser.ts';

const clerkHost = 'happy-otter-1.clerk.accounts.dev';
const publishableKey = `pk_test_${Buffer.from(`${clerkHost}$`).toString('base64')}`;
const types: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

const browser = useBrowser();
let server: TestServer;
let bundle: string;
beforeAll(async () => {
  server = await startTestServer({ isAlone: true });
  (await signInClient(server.url, 'bob')).close();
  bundle = await mkdtemp(join(tmpdir(), 'whisper-clerk-'));
  const cwd = fileURLToPath(new URL('..', import.meta.url));
  const env = { ...process.env, NODE_ENV: 'production', VITE_CLERK_PUBLISHABLE_KEY: publishableKey };
  await promisify(execFile)('npx', ['vite', 'build', '--outDir', bundle, '--emptyOutDir'], { cwd, env });
}, slow.timeout);
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(bundle, { recursive: true });
});

describe.skipIf(!hasBrowser)('a person who signed in with Clerk', slow, () => {
  it('sees their chats without a network, and what they wrote there is sent with it', async () => {
    const world = await openWorld('before the tunnel');
    const { app } = world;

    world.isCut = true;
    await app.page.goto('/');
    await app.open('bob');
    await app.sees('before the tunnel');
    await app.send('in the tunnel');
    await app.page.goto('/');
    await app.loaded();
    world.isCut = false;
    await app.page.evaluate(() => dispatchEvent(new Event('online')));

    await app.page.getByText('in the tunnel').waitFor();
    await app.open('bob');
    await app.sees('in the tunnel');
  });

  it('is signed out for good without a network, and nobody sees their chats', async () => {
    const world = await openWorld('for bob alone');
    const { app } = world;

    world.isCut = true;
    await app.page.goto('/');
    await app.open('bob');
    await app.sees('for bob alone');
    await app.page.getByRole('button', { name: 'Sign out' }).click();
    await app.page.getByText('Clerk does not answer').waitFor();
    await app.page.goto('/');
    await app.page.getByText('Clerk does not answer').waitFor();
    expect(await app.page.locator('.message').count()).toBe(0);
    world.isCut = false;
    await app.page.goto('/');

    await app.page.getByText('Sign in at Clerk').waitFor();
    expect(world.user).toBeNull();
  });

  it('leaves nothing on the device when Clerk says that their session has ended', async () => {
    const world = await openWorld('ended elsewhere');
    const { page } = world.app;

    world.user = null;
    await page.evaluate('Clerk.set(null)');

    await page.getByText('Sign in at Clerk').waitFor();
    await expect.poll(() => textsInBrowser(page, 'whisper'), patience).toEqual([]);
  });

  it('is gone when Clerk names somebody else', async () => {
    const world = await openWorld('of alice');
    const { app } = world;

    world.user = 'carol';
    await app.page.goto('/');
    await app.page.locator('.me-name', { hasText: 'carol' }).waitFor({ state: 'attached' });

    await expect.poll(() => app.page.getByText('of alice').count()).toBe(0);
  });
});

/** A browser, a Clerk and a network of their own; the files of the app come from its worker, as it were. */
class World {
  user: string | null;
  isCut = false;
  readonly app: AppPage;

  constructor(user: string, app: AppPage) {
    this.user = user;
    this.app = app;
  }

  async answer(context: BrowserContext): Promise<void> {
    const { origin } = new URL(server.url);
    await context.exposeBinding('clerkSignsOut', () => {
      this.user = null;
    });
    await context.exposeBinding('clerkToken', () => this.user && server.tokenFor(this.user));
    await context.routeWebSocket(/.*/, (socket) => {
      if (this.isCut) void socket.close();
      else socket.connectToServer();
    });
    await context.route('**', async (route) => {
      const url = new URL(route.request().url());
      const isFile = url.origin === origin && !/^\/(trpc|dev|api)\b/.test(url.pathname);
      if (isFile) {
        const path = extname(url.pathname) ? join(bundle, url.pathname) : join(bundle, 'index.html');
        const body = await readFile(path).catch(() => '');
        return route.fulfill({ body, contentType: types[extname(path)] ?? 'application/octet-stream' });
      }
      if (this.isCut) return route.abort();
      if (url.host === clerkHost) {
        return route.fulfill({ body: clerkScript(this.user), contentType: 'text/javascript' });
      }
      return route.continue();
    });
  }
}

/** Alice has written this to Bob, and her browser keeps it. */
async function openWorld(text: string): Promise<World> {
  const context = await browser().newContext({ baseURL: server.url, serviceWorkers: 'block' });
  onTestFinished(() => context.close());
  const world = new World('alice', new AppPage(await context.newPage()));
  await world.answer(context);
  const { app } = world;
  await app.page.goto('/');
  await app.loaded();
  await app.open('bob');
  await app.send(text);
  await app.sees(text);
  await isKept(app, text);
  return world;
}

/** A text stands in the chat that is kept and, after it, in the list. */
async function isKept({ page }: AppPage, text: string): Promise<void> {
  const records = async () =>
    (await textsInBrowser(page, 'whisper')).filter((each) => String(each).includes(text));
  await expect.poll(records, patience).toHaveLength(2);
}

/** What the app uses of Clerk's script, and of that for its forms. */
function clerkScript(user: string | null): string {
  return `
    globalThis.__internal_ClerkUICtor ??= class {};
    globalThis.Clerk ??= (() => {
      const listeners = new Set();
      const clerk = {
        loaded: false, version: '6.0.0', user: null, session: undefined,
        async load() { clerk.set(${JSON.stringify(user)}); clerk.loaded = true; },
        set(name) {
          clerk.user = name && { id: 'user_' + name };
          clerk.session = name ? { id: 'sess_' + name, status: 'active', user: clerk.user, lastActiveToken: { jwt: { claims: {} } }, getToken: () => clerkToken() } : null;
          clerk.resources = { client: { sessions: [] }, session: clerk.session, user: clerk.user, organization: null };
          for (const listener of listeners) listener(clerk.resources);
        },
        get __internal_lastEmittedResources() { return clerk.resources; },
        addListener(listener) { listeners.add(listener); if (clerk.resources) listener(clerk.resources); return () => listeners.delete(listener); },
        on(name, handler, options) { if (options?.notify) handler('ready'); },
        off() {},
        async signOut() { await clerkSignsOut(); clerk.set(null); },
        mountSignIn(node) { node.textContent = 'Sign in at Clerk'; },
        unmountSignIn() {},
        __internal_updateProps() {},
      };
      return clerk;
    })();
  `;
}
