import type {
  LegacyChat,
  LegacyMe,
  LegacyMessage,
  LegacyNewMessage,
  LegacyUser,
} from '@whisper/shared/legacy';
import type { TestServer } from '../index.ts';
import { request } from './legacy-client.ts';
import { LegacyTestSocket } from './legacy-socket.ts';

/** A message as the apps cache it: their own, shown before it is stored, has a `temp-` id. */
export type Row = Pick<LegacyMessage, '_id' | 'chat' | 'text'> & {
  readonly sender: { readonly _id: string };
};

/** Where an app finds its backend and its tokens. */
type LegacyHost = Pick<TestServer, 'url' | 'tokenFor'>;

/** What the old mobile and web apps have in common: their caches and how events change them. */
export class LegacyApp {
  readonly messages = new Map<string, Row[]>();
  chats: LegacyChat[] = [];
  onlineUsers = new Set<string>();
  readonly typingUsers = new Map<string, string>();
  readonly unreadChats = new Set<string>();
  openChatId: string | undefined;
  isConnected = false;
  /** REST requests that were refused: the apps would repeat them, or show an error. */
  refused: string[] = [];
  readonly #server: LegacyHost;
  readonly #name: string;
  #socket: LegacyTestSocket | undefined;
  #me: LegacyMe | undefined;
  #tempCount = 0;

  constructor(server: LegacyHost, name: string) {
    this.#server = server;
    this.#name = name;
  }

  get me(): LegacyMe {
    if (!this.#me) throw new Error(`${this.#name} is not signed in`);
    return this.#me;
  }

  get socket(): LegacyTestSocket {
    if (!this.#socket) throw new Error(`${this.#name} has no socket`);
    return this.#socket;
  }

  rowsOf(chatId: string): Row[] {
    return this.messages.get(chatId) ?? [];
  }

  /** With a token fetched anew, as for every request. */
  async call<T>(line: string): Promise<T> {
    const authorization = `Bearer ${await this.#server.tokenFor(this.#name)}`;
    const { status, body } = await request(this.#server.url, line, { authorization });
    if (status !== 200) {
      this.refused.push(`${line}: ${status}`);
      throw new Error(`${line} was refused with ${status}`);
    }
    return body as T;
  }

  async syncUser(): Promise<void> {
    this.#me = await this.call('POST /api/auth/callback');
  }

  async fetchUsers(): Promise<LegacyUser[]> {
    return this.call('GET /api/users');
  }

  async fetchChats(): Promise<void> {
    this.chats = await this.call('GET /api/chats');
  }

  async openChatWith(userId: string): Promise<string> {
    const chat = await this.call<LegacyChat>(`POST /api/chats/with/${userId}`);
    await Promise.all([this.fetchChats(), this.showChat(chat._id)]);
    return chat._id;
  }

  async showChat(chatId: string): Promise<void> {
    this.openChatId = chatId;
    this.unreadChats.delete(chatId);
    this.messages.set(chatId, await this.call(`GET /api/messages/chat/${chatId}`));
  }

  /** Connects with the token of this moment and keeps presenting it. */
  async connect(): Promise<void> {
    const token = await this.#server.tokenFor(this.#name);
    const socket = new LegacyTestSocket(this.#server.url, { token });
    this.#socket = socket;
    const { client } = socket;
    client.on('connect', () => (this.isConnected = true));
    client.on('disconnect', () => (this.isConnected = false));
    client.on('online-users', ({ userIds }) => (this.onlineUsers = new Set(userIds)));
    client.on('user-online', ({ userId }) => this.onlineUsers.add(userId));
    client.on('user-offline', ({ userId }) => this.onlineUsers.delete(userId));
    client.on('typing', ({ chatId, userId, isTyping }) => {
      if (isTyping) this.typingUsers.set(chatId, userId);
      else this.typingUsers.delete(chatId);
    });
    client.on('new-message', (message: LegacyNewMessage) => this.#takeMessage(message));
    await socket.next('online-users');
  }

  /** Shows the message before it is stored; any later error takes it back, as long as it is not. */
  send(chatId: string, text: string): void {
    const tempId = `temp-${(this.#tempCount += 1)}`;
    this.messages.set(chatId, [...this.rowsOf(chatId), { _id: tempId, chat: chatId, sender: this.me, text }]);
    this.socket.client.emit('send-message', { chatId, text });
    this.socket.client.once('socket-error', () => {
      this.messages.set(
        chatId,
        this.rowsOf(chatId).filter(({ _id }) => _id !== tempId),
      );
    });
  }

  setTyping(chatId: string, isTyping: boolean): void {
    this.socket.client.emit('typing', { chatId, isTyping });
  }

  async loseConnection(): Promise<void> {
    this.socket.client.io.reconnection(false);
    const ended = this.socket.ended();
    this.socket.drop();
    await ended;
  }

  /** What the client does by itself after a while, with the token it has. */
  async reconnect(): Promise<void> {
    const seen = this.socket.all('online-users').length;
    this.socket.client.connect();
    await this.socket.next('online-users', seen + 1);
  }

  close(): void {
    this.#socket?.close();
  }

  #takeMessage(message: LegacyNewMessage): void {
    const rows = this.rowsOf(message.chat).filter(({ _id }) => !_id.startsWith('temp-'));
    const isKnown = rows.some(({ _id }) => _id === message._id);
    this.messages.set(message.chat, isKnown ? rows : [...rows, message]);
    this.typingUsers.delete(message.chat);
    this.chats = this.chats.map((chat) =>
      chat._id === message.chat ? withLastMessage(chat, message) : chat,
    );
    const chat = this.chats.find(({ _id }) => _id === message.chat);
    if (chat?.participant._id === message.sender._id && this.openChatId !== message.chat) {
      this.unreadChats.add(message.chat);
    }
  }
}

function withLastMessage(chat: LegacyChat, message: LegacyNewMessage): LegacyChat {
  return {
    ...chat,
    lastMessage: { ...message, sender: message.sender._id },
    lastMessageAt: message.createdAt,
  };
}

/** Signs in step by step, joins the chat on the screen, and joins it again with every connection. */
export class MobileApp extends LegacyApp {
  async start(): Promise<void> {
    await this.syncUser();
    await this.fetchChats();
    await this.connect();
    this.socket.client.on('connect', () => this.#join());
  }

  override async showChat(chatId: string): Promise<void> {
    await super.showChat(chatId);
    this.#join();
  }

  override send(chatId: string, text: string): void {
    this.setTyping(chatId, false);
    super.send(chatId, text);
  }

  #join(): void {
    if (this.openChatId) this.socket.client.emit('join-chat', this.openChatId);
  }
}

/** Does everything at once when somebody signs in, and never joins a chat. */
export class WebApp extends LegacyApp {
  async start(): Promise<void> {
    await Promise.all([this.connect(), this.syncUser(), this.call('GET /api/auth/me'), this.fetchChats()]);
  }

  override send(chatId: string, text: string): void {
    super.send(chatId, text);
    this.setTyping(chatId, false);
  }
}
