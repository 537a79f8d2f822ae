import { createTRPCClient, createWSClient, wsLink, type TRPCWebSocketClient } from '@trpc/client';
import type { AppRouter } from '@whisper/client/node';
import { transformer, type ChatId, type Message, type MessageEvent } from '@whisper/shared';
import type { Account } from '../audit.ts';
import { stateOf } from '../message-state.ts';
import type { Actor } from './actor.ts';
import { FragileSockets } from './fragile-sockets.ts';
import { patientTokens } from './tokens.ts';

/**
 * tRPC's own client on one chat's stream, with no SDK to repair anything: what the server itself promises. It sees each
 * message once and in order, across every reconnect.
 */
export class RawObserver implements Actor {
  readonly name: string;
  readonly #sockets = new FragileSockets();
  readonly #socket: TRPCWebSocketClient;
  readonly #chatId: ChatId;
  readonly #seenIds: string[] = [];
  readonly #states = new Map<string, string>();
  readonly #revs: number[] = [];

  constructor(url: string, name: string, chatId: ChatId) {
    const getToken = patientTokens(url, name);
    this.name = `${name} (tRPC)`;
    this.#chatId = chatId;
    this.#socket = createWSClient({
      url: `${url.replace(/^http/, 'ws')}/trpc`,
      WebSocket: this.#sockets.WebSocket,
      connectionParams: async () => ({ token: await getToken() }),
      retryDelayMs: (attempt) => Math.min(100 * 2 ** attempt, 2_000) * Math.random(),
      keepAlive: { enabled: true, intervalMs: 5_000, pongTimeoutMs: 5_000 },
    });
  }

  /** Resolves when the stream runs, so that everything sent afterwards must be seen. */
  start(): Promise<void> {
    const api = createTRPCClient<AppRouter>({ links: [wsLink({ client: this.#socket, transformer })] });
    return new Promise((resolve, reject) => {
      api.message.onEvent.subscribe(
        { chatId: this.#chatId },
        {
          onData: ({ data }) => {
            this.#see(data);
            resolve();
          },
          onError: reject,
        },
      );
    });
  }

  cut(): void {
    this.#sockets.cut();
  }

  stall(ms: number): void {
    this.#sockets.stall(ms);
  }

  accounts(): Account[] {
    const { name: who } = this;
    const [seenIds, states] = [[...this.#seenIds], new Map(this.#states)];
    const revs = [...this.#revs];
    // What was changed while the stream was broken comes in the place of its change, after later messages.
    return [{ who, chatId: this.#chatId, seenIds, states, revs, mayRepeat: false, mayReorder: true }];
  }

  close(): void {
    void this.#socket.close();
  }

  #see(event: MessageEvent): void {
    switch (event.type) {
      case 'created':
        this.#seenIds.push(event.message.id);
        return this.#hold(event.message);
      case 'updated':
        return this.#hold(event.message);
      case 'synced':
        return;
      // Not expected for a cursor as young as this one. If it comes, what was missed shows as lost.
      case 'reset':
        return;
    }
    event satisfies never;
  }

  #hold(message: Message): void {
    this.#states.set(message.id, stateOf(message));
    this.#revs.push(message.rev);
  }
}
