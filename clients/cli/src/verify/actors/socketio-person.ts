import type { ChatId } from '@whisper/shared';
import { setTimeout as delay } from 'node:timers/promises';
import { io, type Socket } from 'socket.io-client';
import type { Account } from '../evidence.ts';
import type { StageChat } from '../stage.ts';
import type { Actor } from './actor.ts';
import { patientTokens } from './tokens.ts';

const answerTimeoutMs = 3_000;

type LegacyMessage = { readonly _id: string; readonly chat: string };

/**
 * An old client: Socket.IO and REST. What it does not recover by Socket.IO's own means after a drop it reads again, as
 * those apps do when a screen opens.
 */
export class SocketIoPerson implements Actor {
  readonly name: string;
  readonly #person: string;
  readonly #url: string;
  readonly #getToken: () => Promise<string>;
  readonly #chats: readonly StageChat[];
  readonly #seenIds = new Map<string, string[]>();
  readonly #socket: Socket;
  #readings = 0;

  constructor(url: string, person: string, chats: readonly StageChat[]) {
    this.name = `${person} (Socket.IO)`;
    this.#person = person;
    this.#url = url;
    this.#getToken = patientTokens(url, person);
    this.#chats = chats;
    for (const { id } of chats) this.#seenIds.set(id, []);
    this.#socket = io(url, {
      autoConnect: false,
      reconnectionDelay: 100,
      reconnectionDelayMax: 1_000,
      auth: (authorize) => void this.#getToken().then((token) => authorize({ token })),
    });
    this.#socket.on('connect', () => void this.#joined());
    this.#socket.on('connect_error', () => {
      // A refusal by the server is final for Socket.IO; while it is being killed that means nothing.
      if (!this.#socket.active) setTimeout(() => this.#socket.connect(), 200);
    });
    this.#socket.on('new-message', (message: LegacyMessage) => this.#see(message));
  }

  async start(): Promise<void> {
    const connected = new Promise<void>((resolve) => this.#socket.once('connect', () => resolve()));
    this.#socket.connect();
    await connected;
  }

  send(chatId: ChatId, text: string): void {
    this.#socket.emit('send-message', { chatId, text });
  }

  /** The same once, to be told that it is stored; nothing else tells this client when it is not. Never rejects. */
  async sendLast(chatId: ChatId, text: string): Promise<void> {
    await this.#socket
      .timeout(answerTimeoutMs)
      .emitWithAck('send-message', { chatId, text })
      .catch(() => undefined);
  }

  get isSending(): boolean {
    return this.#readings > 0 || !this.#socket.connected;
  }

  /** Nobody tells an old app that it is in a group again: it sees so when the screen opens. */
  async remember(): Promise<void> {
    await Promise.all(this.#chats.filter(({ isGroup }) => isGroup).map(({ id }) => this.#read(id)));
  }

  cut(): void {
    this.#socket.io.engine?.close();
  }

  stall(): void {}

  accounts(): Account[] {
    return [...this.#seenIds].map(([chatId, seenIds]) => ({
      who: this.name,
      person: this.#person,
      chatId,
      seenIds: [...seenIds],
      // A page read over REST repeats messages that came live, and may come before them.
      mayRepeat: true,
      mayReorder: true,
    }));
  }

  close(): void {
    this.#socket.close();
  }

  #see(message: LegacyMessage): void {
    this.#seenIds.get(message.chat)?.push(message._id);
  }

  async #joined(): Promise<void> {
    for (const { id } of this.#chats) this.#socket.emit('join-chat', id);
    if (this.#socket.recovered) return;
    this.#readings += 1;
    await Promise.all(this.#chats.map(({ id }) => this.#read(id)));
    this.#readings -= 1;
  }

  async #read(chatId: ChatId): Promise<void> {
    for (let isRead = false; !isRead; ) {
      try {
        isRead = await this.#readPages(chatId);
      } catch {
        await delay(200);
      }
    }
  }

  /** The newest page, as an old client reads it, and the ones before that by the answer's Link header. */
  async #readPages(chatId: ChatId): Promise<true> {
    for (let path: string | undefined = `/api/messages/chat/${chatId}`; path; ) {
      const response: Response = await fetch(`${this.#url}${path}`, {
        headers: { authorization: `Bearer ${await this.#getToken()}` },
      });
      // It is a group, and not theirs at the moment.
      if (response.status === 404 || response.status === 403) return true;
      for (const message of (await response.json()) as LegacyMessage[]) this.#see(message);
      path = /<([^>]+)>/.exec(response.headers.get('link') ?? '')?.[1];
    }
    return true;
  }
}
