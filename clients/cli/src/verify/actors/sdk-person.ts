import {
  createWhisperClient,
  devTokens,
  memoryStorage,
  messagesOf,
  type WhisperClient,
} from '@whisper/client/node';
import type { ChatId } from '@whisper/shared';
import type { Account } from '../audit.ts';
import { FragileSockets } from './fragile-sockets.ts';
import type { Actor } from './actor.ts';

/** A client with the SDK. What it saw is what its store holds. */
export class SdkPerson implements Actor {
  readonly name: string;
  readonly #sockets = new FragileSockets();
  readonly #makeClient: () => WhisperClient;
  #client: WhisperClient;
  readonly #chatIds: readonly ChatId[];

  constructor(url: string, name: string, chatIds: readonly ChatId[]) {
    this.name = `${name} (SDK)`;
    this.#chatIds = chatIds;
    const storage = memoryStorage();
    this.#makeClient = () =>
      createWhisperClient({
        url,
        getToken: devTokens(url, name),
        WebSocket: this.#sockets.WebSocket,
        storage,
      });
    this.#client = this.#makeClient();
  }

  async start(): Promise<void> {
    await Promise.all(this.#chatIds.map((chatId) => this.#client.store.openChat(chatId)));
  }

  send(chatId: ChatId, text: string): void {
    this.#client.store.send(chatId, text);
  }

  get isSending(): boolean {
    return this.#client.store.getSnapshot().outbox.length > 0;
  }

  get isBusy(): boolean {
    return this.#client.store.getSnapshot().outbox.length > 20;
  }

  cut(): void {
    this.#sockets.cut();
  }

  stall(ms: number): void {
    this.#sockets.stall(ms);
  }

  /** A new client on the same storage: what was unsent is sent by it. */
  restart(): void {
    this.#client.close();
    this.#client = this.#makeClient();
    this.start().catch(() => undefined);
  }

  async remember(): Promise<void> {
    await Promise.all(this.#chatIds.map((chatId) => this.#loadAll(chatId)));
  }

  accounts(): Account[] {
    const { open } = this.#client.store.getSnapshot();
    return this.#chatIds.map((chatId) => {
      const seenIds = messagesOf(open.get(chatId)).map(({ id }) => id);
      return { who: this.name, chatId, seenIds, mayRepeat: false, mayReorder: false };
    });
  }

  close(): void {
    this.#client.close();
  }

  async #loadAll(chatId: ChatId): Promise<void> {
    const { store } = this.#client;
    await store.openChat(chatId);
    for (;;) {
      const view = store.getSnapshot().open.get(chatId);
      if (view?.status !== 'ready' || !view.log.hasOlder) return;
      await store.loadOlder(chatId);
    }
  }
}
