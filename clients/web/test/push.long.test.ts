import { FakePushServices, startTestServer, type TestServer } from '@whisper/server/testing';
import { hasBrowser, slow } from '@whisper/server/testing/browser';
import type { CDPSession } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApp, patience, type AppPage } from './app-page.ts';
import { lookAway, titlesShown, workerOf } from './notices.ts';
import { signInClient } from './sample-chats.ts';
import { useBrowser } from './use-browser.ts';

const browser = useBrowser();
let fake: FakePushServices;
let server: TestServer;
beforeAll(async () => {
  fake = await FakePushServices.start();
  server = await startTestServer({ isAlone: true, env: { ...fake.env, PUSH_DELAY_SECONDS: '0' } });
  (await signInClient(server.url, 'bob')).close();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await fake[Symbol.asyncDispose]();
});

type Subscription = ReturnType<FakePushServices['subscribe']>;

/** Before the app: the browser subscribes at the fake service, as headless ones have none. */
function subscribeAtFake({ endpoint, keys }: Pick<Subscription, 'endpoint' | 'keys'>): void {
  let isSubscribed = false;
  const subscription = {
    options: { userVisibleOnly: true, applicationServerKey: null },
    toJSON: () => ({ endpoint, keys }),
    unsubscribe: () => {
      isSubscribed = false;
      return Promise.resolve(true);
    },
  };
  PushManager.prototype.getSubscription = () =>
    Promise.resolve(isSubscribed ? (subscription as unknown as PushSubscription) : null);
  PushManager.prototype.subscribe = () => {
    isSubscribed = true;
    return Promise.resolve(subscription as unknown as PushSubscription);
  };
}

/** What a push service does to a browser. */
class PushService {
  readonly #session: CDPSession;
  readonly #registrationId: string;

  private constructor(session: CDPSession, registrationId: string) {
    this.#session = session;
    this.#registrationId = registrationId;
  }

  static async of({ page }: AppPage): Promise<PushService> {
    const session = await page.context().newCDPSession(page);
    const registered = new Promise<string>((resolve) => {
      session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
        const found = registrations.find(({ scopeURL }) => scopeURL.startsWith(server.url));
        if (found) resolve(found.registrationId);
      });
    });
    await session.send('ServiceWorker.enable');
    return new PushService(session, await registered);
  }

  async deliver(payload: unknown): Promise<void> {
    await this.#session.send('ServiceWorker.deliverPushMessage', {
      origin: new URL(server.url).origin,
      registrationId: this.#registrationId,
      data: typeof payload === 'string' ? payload : JSON.stringify(payload),
    });
  }
}

/** The worker hears of a click; a click on what the system shows is beyond a headless browser. */
async function clickNotice(): Promise<void> {
  const { registration } = self as unknown as { registration: ServiceWorkerRegistration };
  const [notification] = await registration.getNotifications();
  const event = new Event('notificationclick');
  self.dispatchEvent(Object.assign(event, { notification, waitUntil: () => undefined }));
}

const devicesOf = async (name: string) => {
  const person = await server.signIn(name);
  return (await person.api.device.list.query()).devices;
};

describe.skipIf(!hasBrowser)('a browser whose person allowed notifications', slow, () => {
  it('is told while the app is closed, once; a click leads to the chat, and signing out ends it', async () => {
    using bob = await signInClient(server.url, 'bob');
    const permissions = ['notifications'];
    const app = await openApp(browser(), { url: server.url, as: 'alice', hasWorker: true, permissions });
    const { page } = app;
    const subscription = fake.subscribe();
    await page.context().addInitScript(subscribeAtFake, subscription);
    await page.reload();
    await app.loaded();
    await expect.poll(() => devicesOf('alice'), patience).toMatchObject([{ kind: 'web', platform: 'web' }]);
    const service = await PushService.of(app);
    const { id } = await bob.store.openDirect((await server.signIn('alice')).me.id);
    // A page of the same place without the app: nobody looks.
    await page.goto('/livez');
    await lookAway(app);

    bob.store.send(id, 'while it is closed');
    const received = () => fake.received.find(({ to }) => to === subscription.endpoint);
    await expect.poll(received, patience).toMatchObject({ chatId: id, seq: 1, badge: 1 });
    await service.deliver(received());
    await service.deliver(received());
    await expect.poll(() => page.evaluate(titlesShown), patience).toEqual(['bob: while it is closed']);

    await page.goto('/');
    await app.loaded();
    await (await workerOf(page.context())).evaluate(clickNotice);
    await page.waitForURL(`**/chats/${id}`);
    await app.sees('while it is closed');
    await expect.poll(() => page.evaluate(titlesShown), patience).toEqual([]);

    await page.getByRole('button', { name: 'Sign out' }).click();
    await expect.poll(() => devicesOf('alice'), patience).toEqual([]);
  });

  it('shows one notice of a message of which the page and the server both tell', async () => {
    using bob = await signInClient(server.url, 'bob');
    const permissions = ['notifications'];
    const app = await openApp(browser(), { url: server.url, as: 'carl', hasWorker: true, permissions });
    const { page } = app;
    await page.waitForFunction(() => navigator.serviceWorker.controller?.state === 'activated');
    const service = await PushService.of(app);
    const { id } = await bob.store.openDirect((await server.signIn('carl')).me.id);
    await lookAway(app);

    bob.store.send(id, 'told by the page');
    await expect.poll(() => page.evaluate(titlesShown), patience).toEqual(['bob: told by the page']);
    await service.deliver({ chatId: id, seq: 1, badge: 1, title: 'bob', body: 'told by the server' });
    await service.deliver({ chatId: id, seq: 2, badge: 2, title: 'bob', body: 'newer than the page' });
    await expect.poll(() => page.evaluate(titlesShown), patience).toEqual(['bob: newer than the page']);
  });

  it('is asked by a switch and not before, and says who is told besides', async () => {
    const carol = await server.signIn('carol');
    await carol.api.device.register.mutate({ ...fake.deviceOf('expo'), label: 'My phone' });
    const app = await openApp(browser(), { url: server.url, as: 'carol' });
    const { page } = app;
    await page.getByRole('button', { name: 'Notifications' }).click();
    const dialog = page.getByRole('dialog', { name: 'Notifications' });
    await dialog.getByLabel('Show who wrote and what').click();
    await expect.poll(async () => (await carol.api.device.settings.query()).showText, patience).toBe(false);
    await dialog.getByRole('button', { name: 'Remove My phone' }).click();
    await dialog.getByText('My phone').waitFor({ state: 'detached' });
    await expect.poll(() => devicesOf('carol'), patience).toEqual([]);
    await dialog.getByRole('button', { name: 'Done' }).click();
  });
});
