import { createTRPCClient, createWSClient, wsLink, type TRPCWebSocketClient } from '@trpc/client';
import type { AppRouter } from '@whisper/client/node';
import { transformer, type ChatId, type Message, type MessageEvent } from '@whisper/shared';
import type { Account } from '../audit.ts';
import { stateOf } from '../message-state.ts';
import type { Actor } from './actor.ts';
import { FragileSockets } from './fragile-sockets.ts';
import { patientTokens } from './tokens.ts';

type Seen = { readonly ids: string[]; readonly states: Map<string, string>; readonly revs: number[] };

/**
 * tRPC's own client on one chat's stream, with no SDK to repair anything: what the server itself promises. It sees each
 * message once and in order, across every reconnect. On several chats it is on the stream of all of them, where a reconnect
 * may repeat what was seen, and nothing may be missing.
 */
export class RawObserver implements Actor {
  readonly name: string;
  readonly #sockets = new FragileSockets();
  readonly #socket: TRPCWebSocketClient;
  readonly #seen: ReadonlyMap<ChatId, Seen>;

  constructor(url: string, name: string, chatIds: readonly ChatId[]) {
    const getToken = patientTokens(url, name);
    this.name = `${name} (tRPC${chatIds.length > 1 ? ', all chats' : ''})`;
    this.#seen = new Map(chatIds.map((chatId) => [chatId, { ids: [], states: new Map(), revs: [] }]));
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
      api.message.onEvent.subscribe(this.#isOfAll ? {} : { chatId: [...this.#seen.keys()][0] }, {
        onData: ({ data }) => {
          this.#see(data);
          resolve();
        },
        onError: reject,
      });
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
    return [...this.#seen].map(([chatId, { ids, states, revs }]) => ({
      who,
      chatId,
      seenIds: [...ids],
      states: new Map(states),
      ...(!this.#isOfAll && { revs: [...revs] }),
      mayRepeat: this.#isOfAll,
      // What was changed while the stream was broken comes in the place of its change, after later messages.
      mayReorder: true,
    }));
  }

  get #isOfAll(): boolean {
    return this.#seen.size > 1;
  }

  close(): void {
    void this.#socket.close();
  }

  #see(event: MessageEvent): void {
    switch (event.type) {
      case 'created':
        this.#seen.get(event.chatId)?.ids.push(event.message.id);
        return this.#hold(event.message);
      case 'updated':
        // It may have been changed before this client could hear that it is there.
        if (!this.#seen.get(event.chatId)?.states.has(event.message.id)) {
          this.#seen.get(event.chatId)?.ids.push(event.message.id);
        }
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
    const seen = this.#seen.get(message.chatId);
    seen?.states.set(message.id, stateOf(message));
    seen?.revs.push(message.rev);
  }
}
