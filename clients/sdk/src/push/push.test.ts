import { FakePushServices, startTestServer, type TestServer } from '@whisper/server/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { meOf, openDevice } from '../../test/people.ts';
import { neverForeground } from '../connection/foreground.ts';
import type { ForegroundWatch } from '../connection/foreground.ts';
import { disableWebPush, enableWebPush } from './web-push.ts';

let fake: FakePushServices;
let server: TestServer;
beforeAll(async () => {
  fake = await FakePushServices.start();
  server = await startTestServer({ env: fake.env, isAlone: true });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await fake[Symbol.asyncDispose]();
});

const isLooking = async (client: Parameters<typeof meOf>[0]) =>
  (await server.app.foreground.findOnline([meOf(client).id])).length > 0;

describe('a client', () => {
  it('says whether its person looks, when it connects and whenever that changes', async () => {
    let tell: Parameters<ForegroundWatch>[0] = () => undefined;
    const foreground: ForegroundWatch = (listener) => {
      tell = listener;
      listener(true);
      return () => undefined;
    };
    const alice = await openDevice(server.url, 'alice', { foreground });
    expect(await isLooking(alice)).toBe(true);

    tell(false);
    await expect.poll(() => isLooking(alice)).toBe(false);
    tell(true);
    await expect.poll(() => isLooking(alice)).toBe(true);
    alice.close();
    await expect.poll(() => isLooking(alice)).toBe(false);
  });

  it('of which nothing else is known is looked at, unless it is a program’s', async () => {
    expect(await isLooking(await openDevice(server.url, 'terminal'))).toBe(true);
    expect(await isLooking(await openDevice(server.url, 'robot', { foreground: neverForeground }))).toBe(
      false,
    );
  });

  it('registers a device, which ends when the person signs out and stays when the client closes', async () => {
    const [first, second] = [await openDevice(server.url, 'bob'), await openDevice(server.url, 'bob')];
    const kept = await first.registerDevice({ ...fake.deviceOf('expo'), label: 'Phone' });
    const own = await second.registerDevice(fake.deviceOf('fcm'));
    const listed = async () => {
      const bob = await server.signIn('bob');
      return (await bob.api.device.list.query()).devices.map(({ id }) => id);
    };
    expect(await listed()).toEqual([own.id, kept.id]);

    first.close();
    await second.forget();

    expect(await listed()).toEqual([kept.id]);
  });
});

describe('a browser', () => {
  const subscribed: string[] = [];
  let current: PushSubscription | null = null;
  const pushManager = {
    getSubscription: () => Promise.resolve(current),
    subscribe: ({ applicationServerKey: key }: PushSubscriptionOptionsInit) => {
      if (typeof key !== 'string') throw new TypeError('The server gives it as text');
      subscribed.push(key);
      const { endpoint, keys } = fake.subscribe();
      const bytes = Uint8Array.from(Buffer.from(key, 'base64url')).buffer;
      current = {
        options: { userVisibleOnly: true, applicationServerKey: bytes },
        toJSON: () => ({ endpoint, keys }),
        unsubscribe: () => {
          current = null;
          return Promise.resolve(true);
        },
      } as Partial<PushSubscription> as PushSubscription;
      return Promise.resolve(current);
    },
  };
  const registration = { pushManager } as Partial<ServiceWorkerRegistration> as ServiceWorkerRegistration;

  it('subscribes once with the server’s key, and anew when that is another', async () => {
    const carol = await openDevice(server.url, 'carol');
    const { webPublicKey } = await carol.api.device.settings.query();
    const first = await enableWebPush(carol, registration, { label: 'Firefox' });
    const again = await enableWebPush(carol, registration, { label: 'Firefox' });
    expect(again?.id).toBe(first?.id);
    expect(subscribed).toEqual([webPublicKey]);

    await pushManager.subscribe({ applicationServerKey: 'AAAA' });
    const other = await enableWebPush(carol, registration);
    expect(subscribed.at(-1)).toBe(webPublicKey);
    expect(other?.id).not.toBe(first?.id);

    await disableWebPush(carol, registration);
    expect(current).toBeNull();
    const { devices } = await carol.api.device.list.query();
    expect(devices.map(({ id }) => id)).toEqual([first?.id]);
  });
});
