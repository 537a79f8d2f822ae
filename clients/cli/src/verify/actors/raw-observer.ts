import { createTRPCClient, createWSClient, wsLink, type TRPCWebSocketClient } from '@trpc/client';
import type { AppRouter } from '@whisper/client/node';
import { transformer, type ChatId, type MessageEvent } from '@whisper/shared';
import type { Account } from '../audit.ts';
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
    return [{ who, chatId: this.#chatId, seenIds: [...this.#seenIds], mayRepeat: false, mayReorder: false }];
  }

  close(): void {
    void this.#socket.close();
  }

  #see(event: MessageEvent): void {
    switch (event.type) {
      case 'created':
        return void this.#seenIds.push(event.message.id);
      case 'updated':
      case 'synced':
        return;
      // Not expected for a cursor as young as this one. If it comes, what was missed shows as lost.
      case 'reset':
        return;
    }
    event satisfies never;
  }
}
