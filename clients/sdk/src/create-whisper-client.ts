// Without it an application whose `lib` is older would read our types as `any`, and see no error.
/// <reference lib="esnext.disposable" preserve="true" />
import {
  Connection,
  type ConnectionOptions,
  type ConnectionState,
  type WhisperApi,
} from './connection/connection.ts';
import { pageWakeUps, type WakeUps } from './connection/wake-ups.ts';
import type { Device, RegisterDeviceInput } from '@whisper/shared';
import { OwnDevice } from './push/own-device.ts';
import type { CacheOptions } from './cache/chat-cache.ts';
import type { Observable } from './observable.ts';
import { memoryFiles, type DeviceFiles } from './files/device-files.ts';
import type { DeviceStorage } from './storage/device-storage.ts';
import { memoryStorage } from './storage/memory-storage.ts';
import { ChatStore } from './store/chat-store.ts';

export type WhisperClientOptions = ConnectionOptions & {
  /** Where unsent messages survive a restart; without it they live as long as the client. */
  readonly storage?: DeviceStorage;
  /** Where the bytes of unsent files survive a restart; without it they live as long as the client. */
  readonly files?: DeviceFiles;
  /** Where the last state is kept, so that the next client shows it at once and offline; without it nowhere. */
  readonly cache?: CacheOptions;
  /** Says when to call `retryNow`; in a browser the page does, unless this is given. */
  readonly wakeUps?: WakeUps;
};

export type WhisperClient = Disposable & {
  /** Every procedure, typed by the server's router. */
  readonly api: WhisperApi;
  /** A live picture of my chats, and what one does in them. */
  readonly store: ChatStore;
  readonly connection: Observable<ConnectionState>;
  /**
   * Ends a wait between connection attempts, starts one that hangs anew, and finds out within seconds whether an open
   * socket still lives. In a browser, and with `wakeUps`, this happens by itself when the network or the person is
   * back.
   */
  retryNow(): void;
  /** This device receives pushes for the person from now on; call it at every start of an app. `enableWebPush` does it in browsers. */
  registerDevice(device: RegisterDeviceInput): Promise<Device>;
  /** It does not any more, if this client has registered it. */
  unregisterDevice(): Promise<void>;
  /** Ends everything for good; what is unsent stays in the storage, and the last state in the cache. */
  close(): void;
  /** For signing out: ends the pushes to this device, closes, and empties the cache. What is unsent waits until the person is back. */
  forget(): Promise<void>;
};

/** Connects at once, and again by itself for as long as it is not closed or refused. */
export function createWhisperClient(options: WhisperClientOptions): WhisperClient {
  const connection = new Connection(options);
  const store = new ChatStore(connection, {
    storage: options.storage ?? memoryStorage(),
    files: options.files ?? memoryFiles(),
    cache: options.cache && { ...options.cache, account: `${options.url} ${options.cache.account}` },
  });
  const device = new OwnDevice(connection);
  const retryNow = () => connection.retryNow();
  const stopWatching = (options.wakeUps ?? pageWakeUps)(retryNow);
  const close = () => {
    stopWatching();
    connection.close();
    store.close();
  };
  return {
    api: connection.api,
    store,
    connection: connection.state,
    retryNow,
    registerDevice: (input) => device.register(input),
    unregisterDevice: () => device.unregister(),
    close,
    async forget() {
      await device.forget();
      close();
      await store.erase();
    },
    [Symbol.dispose]: close,
  };
}
