import {
  limits,
  mayCountAnew,
  mergeChat,
  nothingUnread,
  readHere,
  whoComes,
  whoGoes,
  withChangedMessage,
  withMarks,
  withNewMessage,
  type Chat,
  type ChatId,
  type ChatEvent,
  type ChatPage,
  type LogEvent,
  type MarksMoved,
  type UserId,
} from '@whisper/shared';
import type { Connection } from '../connection/connection.ts';
import { toFailure } from '../connection/failure.ts';
import { callWithRetries } from '../connection/retries.ts';
import { wait } from '../connection/waits.ts';

/** One process of the server may tell of a message before another one finds it in the chat: it is asked again so often. */
const behindMax = 5;
const behindMs = 200;

type ChatListOptions = {
  readonly onChange: () => void;
  /** The place up to which the person has read here, whether or not the server knows it yet. */
  readonly readHere: (chatId: ChatId) => number;
  /** Messages of somebody else are held up to this place. */
  readonly onDelivered: (chatId: ChatId, seq: number) => void;
  readonly isOpen: (chatId: ChatId) => boolean;
  /** The server says that a chat is not there, or not one's own any more. */
  readonly onGone: (chatId: ChatId) => void;
};

type GroupChanged = Extract<ChatEvent, { type: 'changed' }>;

/** My chats, newest conversation first, kept current by the same events that feed the logs. */
export class ChatList {
  readonly #connection: Connection;
  readonly #options: ChatListOptions;
  readonly #fetching = new Map<ChatId, Promise<void>>();
  readonly #heardSeqs = new Map<ChatId, number>();
  /** How often something happened to a chat that an answer under way may not know of. */
  readonly #doubts = new Map<ChatId, number>();
  /** What is held of these began with an earlier process: the server's first answer takes its place. */
  readonly #restored = new Set<ChatId>();
  #chats: readonly Chat[] = [];
  #nextCursor: string | null = null;

  constructor(connection: Connection, options: ChatListOptions) {
    this.#connection = connection;
    this.#options = options;
  }

  get chats(): readonly Chat[] {
    return this.#chats;
  }

  get hasMore(): boolean {
    return this.#nextCursor !== null;
  }

  get(chatId: ChatId): Chat | undefined {
    return this.#chats.find(({ id }) => id === chatId);
  }

  /** Shows what an earlier process held, until the server answers. */
  restore(chats: readonly Chat[]): void {
    for (const { id } of chats) this.#restored.add(id);
    this.#set(chats);
  }

  clear(): void {
    this.#nextCursor = null;
    this.#heardSeqs.clear();
    this.#restored.clear();
    this.#set([]);
  }

  remove(chatId: ChatId): void {
    // An answer under way may still have it.
    this.#doubt(chatId);
    this.#heardSeqs.delete(chatId);
    this.#restored.delete(chatId);
    this.#set(this.#chats.filter(({ id }) => id !== chatId));
  }

  /** Adds the next page. */
  async loadMore(): Promise<void> {
    const isDoubtful = this.#watchDoubts();
    const { chats } = await this.#fetchPage(this.#nextCursor);
    await this.refetch(chats.map(({ id }) => id).filter(isDoubtful));
  }

  /** Fetches the first page. What was held before and is not on it counts for nothing, unless it is open. */
  async load(): Promise<void> {
    const held = this.#chats.map(({ id }) => id);
    const isDoubtful = this.#watchDoubts();
    const heard = new Map(this.#heardSeqs);
    const listed = new Set((await this.#fetchPage(null)).chats.map(({ id }) => id));
    const unlisted = held.filter((id) => !listed.has(id));
    const isHeardOf = (id: ChatId) => this.#heardSeqs.get(id) !== heard.get(id);
    const wanted = unlisted.filter((id) => isDoubtful(id) || isHeardOf(id) || this.#options.isOpen(id));
    const dropped = new Set(unlisted.filter((id) => !wanted.includes(id)));
    if (dropped.size > 0) this.#set(this.#chats.filter(({ id }) => !dropped.has(id)));
    // Of what came while the answer was under way the list knows more than it, but not what it knows besides.
    await this.refetch([...wanted, ...[...listed].filter((id) => isDoubtful(id) || isHeardOf(id))]);
  }

  async #fetchPage(cursor: string | null): Promise<ChatPage> {
    const { api } = this.#connection;
    const page = await callWithRetries(this.#connection, () => api.chat.list.query({ cursor }));
    this.#nextCursor = page.nextCursor;
    this.put(page.chats);
    return page;
  }

  /** Says from then on of which chats an answer under way may not know everything. */
  #watchDoubts(): (chatId: ChatId) => boolean {
    const before = new Map(this.#doubts);
    return (chatId) => this.#doubts.get(chatId) !== before.get(chatId);
  }

  /** Asks the server for these chats. One that is gone meanwhile is not missed. */
  async refetch(chatIds: readonly ChatId[]): Promise<void> {
    await Promise.all(
      chatIds.map((chatId) =>
        this.fetch(chatId).catch((error: unknown) => {
          if (toFailure(error).code !== 'NOT_FOUND') throw error;
        }),
      ),
    );
  }

  /** Takes chats as the server answered them. What is known from newer events stays. */
  put(fetched: readonly Chat[]): void {
    const byId = new Map(this.#chats.map((chat) => [chat.id, chat]));
    for (const each of fetched) {
      const known = this.#restored.delete(each.id) ? undefined : byId.get(each.id);
      const chat = mergeChat(known, readHere(each, this.#options.readHere(each.id)));
      byId.set(chat.id, chat);
      if (chat.unread > 0) this.#options.onDelivered(chat.id, chat.lastSeq);
    }
    this.#set([...byId.values()]);
  }

  /** Applies a message, however often it comes. Fetches a chat it does not know or has lost track of. */
  async apply({ message }: LogEvent, viewerId: UserId | undefined): Promise<void> {
    const { chatId, seq } = message;
    const chat = this.get(chatId);
    this.#heardSeqs.set(chatId, Math.max(seq, this.#heardSeqs.get(chatId) ?? 0));
    if (this.#restored.has(chatId)) this.#doubt(chatId);
    if (!chat || !viewerId || seq > chat.lastSeq + 1) return this.refetch([chatId]);
    if (seq > chat.lastSeq) {
      this.#replace(withNewMessage(chat, message, viewerId));
      if (message.sender.id !== viewerId) this.#options.onDelivered(chatId, seq);
      // Who has come how far is told anew; in a larger group, where a thousand would ask at once, it is not told at all.
      const isSmall = chat.kind === 'group' && chat.memberCount <= limits.smallChatMax + 1;
      return isSmall && [...whoComes(message), ...whoGoes(message)].length > 0
        ? this.refetch([chatId])
        : undefined;
    }
    const isQuoted = chat.lastMessage?.replyTo?.messageId === message.id;
    const mayCount = mayCountAnew(chat, message, viewerId);
    if (isQuoted || mayCount) this.#doubt(chatId);
    this.#replace(withChangedMessage(chat, message));
    // Whether it was counted until now cannot be told from an event that may be a repeat.
    if (mayCount && chat.unread > 0) await this.refetch([chatId]);
  }

  /** Applies what a group is now, or asks for what changed for this person alone. */
  async applyChange({ chatId, group }: GroupChanged): Promise<void> {
    const chat = this.get(chatId);
    if (chat?.kind !== 'group' || !group) return this.refetch([chatId]);
    this.#doubt(chatId);
    const { name, avatar } = group;
    this.#replace({ ...chat, ...group, participant: { ...chat.participant, name, avatar } });
  }

  /** Applies how far a person has come. */
  async applyMarks(moved: MarksMoved, viewerId: UserId | undefined): Promise<void> {
    const { chatId, userId, readSeq } = moved;
    const chat = this.get(chatId);
    if (!chat || this.#restored.has(chatId)) this.#doubt(chatId);
    if (userId !== viewerId) {
      const { deliveredSeq } = moved;
      if (chat) this.#replace(withMarks(chat, { userId, readSeq, deliveredSeq }));
      return;
    }
    this.#doubt(chatId);
    if (!chat || readSeq <= chat.readSeq) return;
    if (readSeq >= chat.lastSeq) this.#replace({ ...chat, readSeq, ...nothingUnread });
    // What is marked as unread again counts below the mark, and a message that came with it may not be here yet.
    return this.refetch([chatId]);
  }

  /** The person has read here up to a place; when more has come since, the server says what is left. */
  readUpTo(chatId: ChatId, seq: number): void {
    const chat = this.get(chatId);
    if (chat) this.#replace(readHere(chat, seq));
  }

  /** Asks the server for one chat, once at a time. */
  fetch(chatId: ChatId): Promise<void> {
    this.#doubt(chatId);
    const fetching = this.#fetching.get(chatId) ?? this.#fetch(chatId);
    this.#fetching.set(chatId, fetching);
    return fetching;
  }

  async #fetch(chatId: ChatId): Promise<void> {
    const heardSeq = () => this.#heardSeqs.get(chatId) ?? 0;
    const doubts = () => this.#doubts.get(chatId) ?? 0;
    const { api } = this.#connection;
    try {
      for (let behind = 0; ; ) {
        const [askedAt, doubtsBefore] = [heardSeq(), doubts()];
        // What was heard of while the call was under way may be missing from the answer, which counts for nothing then.
        const isOutdated = (lastSeq: number) =>
          doubts() > doubtsBefore || heardSeq() > Math.max(askedAt, lastSeq);
        try {
          const chat = await callWithRetries(this.#connection, () => api.chat.get.query({ chatId }));
          this.put([chat]);
          if (isOutdated(chat.lastSeq)) continue;
          if (chat.lastSeq >= askedAt || behind === behindMax) return;
          behind += 1;
        } catch (error) {
          const isGone = toFailure(error).code === 'NOT_FOUND';
          if (isGone && isOutdated(0)) continue;
          if (isGone) this.#options.onGone(chatId);
          throw error;
        }
        await wait(this.#connection.clock, behindMs, this.#connection.signal);
      }
    } finally {
      this.#fetching.delete(chatId);
    }
  }

  #doubt(chatId: ChatId): void {
    this.#doubts.set(chatId, (this.#doubts.get(chatId) ?? 0) + 1);
  }

  #replace(chat: Chat): void {
    if (this.get(chat.id) === chat) return;
    this.#set(this.#chats.map((each) => (each.id === chat.id ? chat : each)));
  }

  #set(chats: readonly Chat[]): void {
    this.#chats = [...chats].sort((a, b) => b.lastMessageAt.getTime() - a.lastMessageAt.getTime());
    this.#options.onChange();
  }
}
