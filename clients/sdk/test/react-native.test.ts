import { ManualClock, startTestServer, type TestServer } from '@whisper/server/testing';
import { FlakyLink } from '@whisper/server/testing/flaky-link';
import { ChatIdSchema } from '@whisper/shared';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { DeviceStorage, WhisperClient, WhisperClientOptions } from '../src/index.ts';
import { meOf, openDevice, recordStatuses, sees, statusBecomes } from './people.ts';
import { bundleSdk, loadInReactNative, type Sdk } from './react-native.ts';

let sdk: Sdk;
let server: TestServer;
beforeAll(async () => {
  sdk = loadInReactNative(await bundleSdk());
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

type Options = Partial<WhisperClientOptions>;

function openPhone(name: string, options: Options = {}): WhisperClient {
  const { url } = server;
  const getToken = sdk.devTokens(url, name);
  const phone = sdk.createWhisperClient({ url, getToken, random: () => 0.02, ...options });

  onTestFinished(() => phone.close());
  return phone;
}

describe('in React Native', () => {
  it('sends and receives every letter, live and from history', async () => {
    const texts = ['grüß dich ✓', '日本語 🎉'];
    const alice = openPhone('alice');
    const bob = await openDevice(server.url, 'bob');
    await alice.store.when(({ isSynced }) => isSynced);
    const chat = await alice.store.openDirect(meOf(bob).id);
    await bob.store.openChat(chat.id);

    alice.store.send(chat.id, 'grüß dich ✓');
    await sees(bob, chat.id, ['grüß dich ✓']);
    bob.store.send(chat.id, '日本語 🎉');
    await sees(alice, chat.id, texts);
    const later = openPhone('alice');
    await later.store.openChat(chat.id);

    await sees(later, chat.id, texts);
  });

  it('keeps the last state and what is unsent in an AsyncStorage', async () => {
    await using link = await FlakyLink.open(server.url);
    const storage = new AsyncStorage();
    const options = { url: link.url, storage, cache: { storage, account: 'carol' } };
    const carol = openPhone('carol', options);
    const dave = await openDevice(server.url, 'dave');
    await carol.store.when(({ isSynced }) => isSynced);
    const chat = await carol.store.openDirect(meOf(dave).id);
    await dave.store.openChat(chat.id);
    dave.store.send(chat.id, 'seen');
    await storage.holds('cache:home', 'seen');
    carol.close();

    link.cut();
    const away = openPhone('carol', options);
    await away.store.when(({ chats }) => chats.length === 1);
    // It is not reached, and what is shown comes from the storage alone.
    void away.store.openChat(chat.id).catch(() => undefined);
    away.store.send(chat.id, 'written in a tunnel');
    await storage.holds('outbox:', 'written in a tunnel');
    await sees(away, chat.id, ['seen', 'pending: written in a tunnel']);
    away.close();
    link.restore();
    openPhone('carol', options);

    await sees(dave, chat.id, ['seen', 'written in a tunnel']);
  });

  it('makes ids that are its own, of the time and chance', () => {
    const phone = openPhone('erin', { url: 'http://127.0.0.1:9' });
    for (let n = 0; n < 200; n += 1) phone.store.send(ChatIdSchema.parse('a'.repeat(24)), 'hello');
    const ids = phone.store.getSnapshot().outbox.map(({ clientId }) => clientId);

    expect(new Set(ids).size).toBe(200);
    for (const id of ids)
      expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  });

  it('is back at once when the app comes to the foreground, or has another network', async () => {
    await using link = await FlakyLink.open(server.url);
    const [AppState, NetInfo] = [new AppStateStub(), new NetInfoStub()];
    // Time stands still: nothing but a wake-up ends a wait.
    const phone = openPhone('frank', {
      url: link.url,
      clock: new ManualClock(),
      wakeUps: sdk.appWakeUps({ AppState, NetInfo }),
    });
    await phone.store.when(({ isSynced }) => isSynced);

    for (const wake of [
      () => AppState.change('active'),
      () => NetInfo.change({ type: 'cellular', isConnected: true }),
    ]) {
      const statuses = recordStatuses(phone);
      link.drop();
      await statusBecomes(phone, 'offline');
      AppState.change('background');
      NetInfo.change({ type: 'none', isConnected: false });
      expect(statuses).not.toContain('connecting');
      wake();
      await statusBecomes(phone, 'open');
    }
    phone.close();

    expect([AppState.listeners.size, NetInfo.listeners.size]).toEqual([0, 0]);
  });
});

class AppStateStub {
  readonly listeners = new Set<(state: string) => void>();

  addEventListener(_type: 'change', listener: (state: string) => void): { remove(): void } {
    this.listeners.add(listener);
    return { remove: () => this.listeners.delete(listener) };
  }

  change(state: string): void {
    for (const listener of this.listeners) listener(state);
  }
}

type Network = { readonly type: string; readonly isConnected: boolean | null };

class NetInfoStub {
  readonly listeners = new Set<(network: Network) => void>();

  addEventListener(listener: (network: Network) => void): () => void {
    this.listeners.add(listener);
    listener({ type: 'wifi', isConnected: true });
    return () => this.listeners.delete(listener);
  }

  change(network: Network): void {
    for (const listener of this.listeners) listener(network);
  }
}

class AsyncStorage implements DeviceStorage {
  readonly #items = new Map<string, string>();
  #wake: () => void = () => undefined;

  getAllKeys = async (): Promise<readonly string[]> => [...this.#items.keys()];
  getItem = async (key: string): Promise<string | null> => this.#items.get(key) ?? null;
  removeItem = async (key: string): Promise<void> => void this.#items.delete(key);
  setItem = async (key: string, text: string): Promise<void> => {
    this.#items.set(key, text);
    this.#wake();
  };

  async holds(key: string, text: string): Promise<void> {
    while (![...this.#items].some((item) => item[0].includes(key) && item[1].includes(text))) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
