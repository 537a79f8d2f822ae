import {
  createWhisperClient,
  devTokens,
  memoryStorage,
  messagesOf,
  type WhisperClient,
} from '@whisper/client/node';
import type { ChatId } from '@whisper/shared';
import type { Account } from '../audit.ts';
import { stateOf } from '../message-state.ts';
import { FragileSockets } from './fragile-sockets.ts';
import type { Actor } from './actor.ts';

/** Of how many messages one is changed. */
const recentMax = 20;

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

  /** Edits, deletes or reacts to one of the newest messages it holds, as the number says. */
  change(chatId: ChatId, choice: number): void {
    const { store } = this.#client;
    const { me, open } = store.getSnapshot();
    const recent = messagesOf(open.get(chatId))
      .slice(-recentMax)
      .filter(({ deletedAt }) => !deletedAt);
    const message = recent[choice % Math.max(1, recent.length)];
    if (!message) return;
    const isMine = message.sender.id === me?.id;
    if (isMine && choice % 5 === 0) store.remove(message);
    else if (isMine) store.edit(message, `edit ${choice} of ${this.name}`);
    else store.react(message, '👍', choice % 3 > 0);
  }

  /** A change of what another device of the same person deleted meanwhile is refused, as it has to be. */
  get isSending(): boolean {
    const { me, outbox } = this.#client.store.getSnapshot();
    return me === null || outbox.some(({ failure }) => failure?.code !== 'CONFLICT');
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
      const messages = messagesOf(open.get(chatId));
      const seenIds = messages.map(({ id }) => id);
      const states = new Map(messages.map((message) => [message.id, stateOf(message)]));
      return { who: this.name, chatId, seenIds, states, mayRepeat: false, mayReorder: false };
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
