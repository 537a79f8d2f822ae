import {
  createWhisperClient,
  devTokens,
  memoryStorage,
  messagesOf,
  type WhisperClient,
} from '@whisper/client/node';
import type { Chat, ChatId } from '@whisper/shared';
import type { Account, Comparison, MarkAccount } from '../evidence.ts';
import { stateOf } from '../message-state.ts';
import type { StageChat } from '../stage.ts';
import { FragileSockets } from './fragile-sockets.ts';
import type { Actor } from './actor.ts';

/** Of how many messages one is changed. */
const recentMax = 20;

/** A client with the SDK. What it saw is what its store holds. */
export class SdkPerson implements Actor {
  readonly name: string;
  readonly #person: string;
  readonly #sockets = new FragileSockets();
  readonly #makeClient: () => WhisperClient;
  readonly #chats: readonly StageChat[];
  /** How far the other person of each chat has read, each time that this was shown to have changed. */
  readonly #theirMarks = new Map<ChatId, number[]>();
  #client: WhisperClient;

  constructor(url: string, person: string, chats: readonly StageChat[]) {
    this.name = `${person} (SDK)`;
    this.#person = person;
    this.#chats = chats;
    const storage = memoryStorage();
    this.#makeClient = () => {
      const client = createWhisperClient({
        url,
        getToken: devTokens(url, person),
        WebSocket: this.#sockets.WebSocket,
        storage,
      });
      client.store.subscribe(() => this.#noteMarks(client.store.getSnapshot().chats));
      return client;
    };
    this.#client = this.#makeClient();
  }

  async start(): Promise<void> {
    await Promise.all(this.#chats.map(({ id }) => this.#client.store.openChat(id)));
  }

  send(chatId: ChatId, text: string): void {
    this.#client.store.send(chatId, text);
  }

  /** Reads the chat, or edits, deletes or reacts to one of the newest messages it holds, as the number says. */
  change(chatId: ChatId, choice: number): void {
    const { store } = this.#client;
    if (choice % 4 === 0) return store.markRead(chatId);
    const { me, open } = store.getSnapshot();
    const recent = messagesOf(open.get(chatId))
      .slice(-recentMax)
      .filter(({ kind, deletedAt }) => kind === 'text' && !deletedAt);
    const message = recent[choice % Math.max(1, recent.length)];
    if (!message) return;
    const isMine = message.sender.id === me?.id;
    if (isMine && choice % 5 === 0) store.remove(message);
    else if (isMine) store.edit(message, `edit ${choice} of ${this.name}`);
    else store.react(message, '👍', choice % 3 > 0);
  }

  /**
   * Refused as it has to be: a change of what another device of the same person deleted meanwhile, and whatever is meant
   * for a group that one was put out of.
   */
  get isSending(): boolean {
    const { me, outbox } = this.#client.store.getSnapshot();
    const mayBeRefused = (chatId: ChatId) =>
      this.#chats.some(({ id, isGroup }) => id === chatId && isGroup)
        ? ['CONFLICT', 'NOT_FOUND']
        : ['CONFLICT'];
    return (
      me === null || outbox.some(({ chatId, failure }) => !mayBeRefused(chatId).includes(failure?.code ?? ''))
    );
  }

  get isBusy(): boolean {
    return this.#client.store.getSnapshot().outbox.filter(({ failure }) => !failure).length > 20;
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
    await Promise.all(this.#chats.map((chat) => this.#loadAll(chat)));
  }

  accounts(): Account[] {
    const { open } = this.#client.store.getSnapshot();
    return this.#chats.map(({ id: chatId }) => {
      const messages = messagesOf(open.get(chatId));
      return {
        who: this.name,
        person: this.#person,
        chatId,
        seenIds: messages.map(({ id }) => id),
        states: new Map(messages.map((message) => [message.id, stateOf(message)])),
        heard: messages.map(({ id, rev }) => ({ id, rev })),
        mayRepeat: false,
        mayReorder: false,
      };
    });
  }

  marks(): MarkAccount[] {
    return [...this.#theirMarks].map(([chatId, told]) => ({
      who: this.name,
      what: `${chatId}, theirs`,
      told: [...told],
    }));
  }

  /** Its list of chats beside a fresh one. */
  async compare(): Promise<Comparison[]> {
    const { store, api } = this.#client;
    const { chats } = await api.chat.list.query({});
    const held = new Map(store.getSnapshot().chats.map((chat) => [chat.id, describe(chat)]));
    return this.#chats.map(({ id }) => ({
      who: this.name,
      what: `chat ${id}`,
      held: held.get(id) ?? 'none',
      stored: describe(chats.find((chat) => chat.id === id)) ?? 'none',
    }));
  }

  close(): void {
    this.#client.close();
  }

  #noteMarks(chats: readonly Chat[]): void {
    for (const chat of chats) {
      if (chat.kind !== 'direct') continue;
      const told = this.#theirMarks.get(chat.id) ?? [];
      this.#theirMarks.set(chat.id, told);
      if (told.at(-1) !== chat.theirReadSeq) told.push(chat.theirReadSeq);
    }
  }

  /** As far as the chat is the person's at the moment. */
  async #loadAll({ id, isGroup }: StageChat): Promise<void> {
    const { store } = this.#client;
    await store.openChat(id).catch((error: unknown) => {
      if (!isGroup) throw error;
    });
    for (;;) {
      const view = store.getSnapshot().open.get(id);
      if (view?.status !== 'ready' || !view.log.hasOlder) return;
      await store.loadOlder(id);
    }
  }
}

/** What of a chat others change, in one line. */
function describe(chat: Chat | undefined): string | undefined {
  if (!chat) return undefined;
  const { lastSeq, readSeq, unread, lastMessage } = chat;
  const kind =
    chat.kind === 'direct'
      ? { theirReadSeq: chat.theirReadSeq, theirDeliveredSeq: chat.theirDeliveredSeq }
      : { myRole: chat.myRole, memberCount: chat.memberCount };
  return JSON.stringify({ lastSeq, readSeq, unread, lastRev: lastMessage?.rev ?? null, ...kind });
}
