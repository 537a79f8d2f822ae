import type { Blocked, UserId } from '@whisper/shared';
import type { Connection } from '../connection/connection.ts';
import { callWithRetries } from '../connection/retries.ts';
import { singleFlight } from '../single-flight.ts';
import type { ChatList } from './chat-list.ts';

type BlockListOptions = {
  readonly onChange: () => void;
  /** The chat with a person shows something else from then on. */
  readonly list: Pick<ChatList, 'chats' | 'refetch'>;
};

/** Whom the person blocks, the latest first, as on all of their devices. */
export class BlockList {
  readonly #connection: Connection;
  readonly #options: BlockListOptions;
  #people: readonly Blocked[] = [];
  readonly #fetch = singleFlight(() => this.#load());
  #isDoubtful = false;

  constructor(connection: Connection, options: BlockListOptions) {
    this.#connection = connection;
    this.#options = options;
  }

  get people(): readonly Blocked[] {
    return this.#people;
  }

  /** Nothing that either does reaches the other any more. */
  async block(userId: UserId): Promise<void> {
    const { api } = this.#connection;
    await callWithRetries(this.#connection, () => api.user.block.mutate({ userId }));
    await Promise.all([this.load(), this.#refetchChat(userId)]);
  }

  async unblock(userId: UserId): Promise<void> {
    const { api } = this.#connection;
    await callWithRetries(this.#connection, () => api.user.unblock.mutate({ userId }));
    await Promise.all([this.load(), this.#refetchChat(userId)]);
  }

  /** Fetches all of it, anew when it changed meanwhile. */
  load(): Promise<void> {
    this.#isDoubtful = true;
    return this.#fetch();
  }

  clear(): void {
    this.#set([]);
  }

  async #refetchChat(userId: UserId): Promise<void> {
    const { list } = this.#options;
    const chats = list.chats.filter((chat) => chat.kind === 'direct' && chat.participant.id === userId);
    await list.refetch(chats.map(({ id }) => id));
  }

  async #load(): Promise<void> {
    while (this.#isDoubtful) {
      this.#isDoubtful = false;
      this.#set(await this.#fetchAll());
    }
  }

  async #fetchAll(): Promise<Blocked[]> {
    const people: Blocked[] = [];
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const asked = cursor;
      const page = await callWithRetries(this.#connection, () =>
        this.#connection.api.user.blocked.query({ cursor: asked }),
      );
      people.push(...page.blocked);
      cursor = page.nextCursor;
    }
    return people;
  }

  #set(people: readonly Blocked[]): void {
    this.#people = people;
    this.#options.onChange();
  }
}
