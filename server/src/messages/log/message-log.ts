import type { ChatId, Message } from '@whisper/shared';
import { createBoundedCache } from '../../platform/bounded-cache.ts';
import type { DirectMembership, GroupMembership, Membership } from '../../chats/chat.view.ts';
import type { ChangeGroup, LogHeads } from '../../chats/deps.ts';
import { DirectPeople, GroupPeople } from './chat-people.ts';
import type { Changing } from './change-message.ts';
import { ChatWriter } from './chat-writer.ts';
import type { LogDeps } from './log-deps.ts';
import { InsertQueue, type Draft } from './insert-queue.ts';

/** Chats whose place in the log is remembered; a forgotten one costs its next send one more read. */
const writersMax = 10_000;

type Writable = DirectMembership | Pick<GroupMembership, 'kind' | 'chatId'>;

/** The one way a message is stored or changed. Writes to one chat happen in order, together when they come together. */
export class MessageLog {
  readonly #deps: LogDeps;
  readonly #inserts: InsertQueue;
  readonly #writers = createBoundedCache<ChatId, ChatWriter>(writersMax);
  #latest = 0;

  constructor(deps: LogDeps) {
    this.#deps = deps;
    this.#inserts = new InsertQueue(deps.db, () => this.now());
  }

  /**
   * The time as messages and the cursors of their streams bear it: never before a time given earlier, so that a
   * clock that is set back puts no message behind a cursor that somebody holds.
   */
  now(): number {
    this.#latest = Math.max(this.#latest, this.#deps.clock.now());
    return this.#latest;
  }

  /** Resolves when the message is durable and announced. */
  append(membership: Membership, draft: Draft): Promise<Message> {
    return this.#writerOf(membership).append(draft);
  }

  /**
   * Changes a message of the chat; resolves with what it is then, durable and announced. NOT_FOUND when it is not there, or
   * whoever changes it is not in the chat any more.
   */
  change(membership: Writable, change: Changing): Promise<Message> {
    return this.#writerOf(membership).change(change);
  }

  /** Changes a group; resolves when what was planned is durable and announced. NOT_FOUND when there is no such group. */
  changeGroup(chatId: ChatId, change: ChangeGroup): Promise<void> {
    return this.#writerOf({ kind: 'group', chatId }).changeGroup(change);
  }

  /** Does something while nobody in this process writes to the chat, told where its log ends. */
  betweenWrites(membership: DirectMembership, act: (heads: LogHeads) => Promise<void>): Promise<void> {
    return this.#writerOf(membership).betweenWrites(act);
  }

  #writerOf(membership: Writable): ChatWriter {
    const { chatId } = membership;
    const known = this.#writers.get(chatId);
    if (known) return known;
    const people =
      membership.kind === 'direct'
        ? new DirectPeople(this.#deps, membership.participants)
        : new GroupPeople(this.#deps, chatId);
    const writer = new ChatWriter(this.#deps, {
      chatId,
      people,
      inserts: this.#inserts,
      now: () => this.now(),
    });
    this.#writers.set(chatId, writer);
    return writer;
  }
}
