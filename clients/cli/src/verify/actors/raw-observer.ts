import {
  createTRPCClient,
  createWSClient,
  wsLink,
  type TRPCClient,
  type TRPCWebSocketClient,
} from '@trpc/client';
import type { AppRouter } from '@whisper/client/node';
import { transformer, type ChatId, type Message, type MessageEvent } from '@whisper/shared';
import type { Account } from '../evidence.ts';
import { stateOf } from '../message-state.ts';
import type { StageChat } from '../stage.ts';
import type { Actor } from './actor.ts';
import { FragileSockets } from './fragile-sockets.ts';
import { patientTokens } from './tokens.ts';

type Seen = {
  readonly ids: string[];
  readonly states: Map<string, string>;
  readonly heard: { readonly id: string; readonly rev: number }[];
};

const askAgainMs = 100;

/**
 * tRPC's own client on one chat's stream, with no SDK to repair anything: what the server itself promises. It sees each
 * message once and in order, across every reconnect. On several chats it is on the stream of all of them, where a reconnect
 * may repeat what was seen, and nothing may be missing. In a group it asks to be let in again whenever it was put out.
 */
export class RawObserver implements Actor {
  readonly name: string;
  readonly #person: string;
  readonly #sockets = new FragileSockets();
  readonly #socket: TRPCWebSocketClient;
  readonly #api: TRPCClient<AppRouter>;
  readonly #seen = new Map<ChatId, Seen>();
  readonly #chats: readonly StageChat[];
  readonly #mayBePutOut: boolean;
  #cursor: string | undefined;
  #isClosed = false;

  constructor(url: string, person: string, chats: readonly StageChat[]) {
    const getToken = patientTokens(url, person);
    this.#person = person;
    this.#chats = chats;
    this.#mayBePutOut = chats.length === 1 && chats.some(({ isGroup }) => isGroup);
    this.name = `${person} (tRPC${chats.length > 1 ? ', all chats' : this.#mayBePutOut ? ', group' : ''})`;
    this.#socket = createWSClient({
      url: `${url.replace(/^http/, 'ws')}/trpc`,
      WebSocket: this.#sockets.WebSocket,
      connectionParams: async () => ({ token: await getToken() }),
      retryDelayMs: (attempt) => Math.min(100 * 2 ** attempt, 2_000) * Math.random(),
      keepAlive: { enabled: true, intervalMs: 5_000, pongTimeoutMs: 5_000 },
    });
    this.#api = createTRPCClient<AppRouter>({ links: [wsLink({ client: this.#socket, transformer })] });
  }

  /** Resolves when the stream runs, so that everything sent afterwards must be seen. */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      const askAgain = () => {
        if (!this.#isClosed) setTimeout(() => void this.start().then(resolve, reject), askAgainMs);
      };
      const chatId = this.#isOfAll ? undefined : this.#chats[0]?.id;
      this.#api.message.onEvent.subscribe(
        { chatId, lastEventId: this.#cursor },
        {
          onData: ({ id, data }) => {
            this.#cursor = id;
            this.#see(data);
            resolve();
          },
          onError: this.#mayBePutOut ? askAgain : reject,
          ...(this.#mayBePutOut && { onComplete: askAgain }),
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
    return this.#chats.map(({ id: chatId, startSeq: afterSeq }) => {
      const { ids, states, heard } = this.#seenIn(chatId);
      return {
        who: this.name,
        person: this.#person,
        chatId,
        afterSeq,
        seenIds: [...ids],
        states: new Map(states),
        heard: [...heard],
        isHeardInOrder: !this.#isOfAll,
        mayRepeat: this.#isOfAll,
        // What was changed while the stream was broken comes in the place of its change, after later messages.
        mayReorder: true,
      };
    });
  }

  get #isOfAll(): boolean {
    return this.#chats.length > 1;
  }

  close(): void {
    this.#isClosed = true;
    void this.#socket.close();
  }

  #see(event: MessageEvent): void {
    switch (event.type) {
      case 'created':
        this.#seenIn(event.chatId).ids.push(event.message.id);
        return this.#hold(event.message);
      case 'updated': {
        // It may have been changed before this client could hear that it is there.
        const { ids, states } = this.#seenIn(event.chatId);
        if (!states.has(event.message.id)) ids.push(event.message.id);
        return this.#hold(event.message);
      }
      case 'synced':
        return;
      // Not expected for a cursor as young as this one. If it comes, what was missed shows as lost.
      case 'reset':
        return;
    }
    event satisfies never;
  }

  #hold(message: Message): void {
    const { id, rev, chatId } = message;
    const { states, heard } = this.#seenIn(chatId);
    states.set(id, stateOf(message));
    heard.push({ id, rev });
  }

  #seenIn(chatId: ChatId): Seen {
    const seen = this.#seen.get(chatId) ?? { ids: [], states: new Map(), heard: [] };
    this.#seen.set(chatId, seen);
    return seen;
  }
}
