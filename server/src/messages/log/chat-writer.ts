import type { Message } from '@whisper/shared';
import type { Connection as Database } from 'mongoose';
import type { Membership } from '../../chats/chat.view.ts';
import type { LastMessages } from '../../chats/last-messages.ts';
import type { Broker } from '../../delivery/broker.ts';
import type { Clock } from '../../platform/clock.ts';
import { AppError } from '../../platform/errors.ts';
import type { Draft, InsertQueue } from './insert-queue.ts';
import type { MessageDoc } from './message.model.ts';
import { toMessage } from './message.view.ts';
import { publishMessage } from './message-events.ts';
import { findSent, readHead, readLog } from './read-log.ts';

/** What storing and announcing a message needs. */
export type LogDeps = {
  readonly db: Database;
  readonly clock: Clock;
  readonly broker: Broker;
  readonly lastMessages: LastMessages;
};

type Entry = {
  readonly draft: Draft;
  resolve(message: Message): void;
  reject(error: unknown): void;
};

const batchSizeMax = 200;

/** Sends that may wait while the database stalls; a chat in good health has a few. */
const queuedMax = 1_000;

const recoveryDelayMs = 250;
const recoveryDelayMaxMs = 5_000;

/**
 * Writes one chat's log. The insert is the sequencing: read the head, write the numbers after it, and let the
 * unique index on (chat, rev) arbitrate between nodes; within this process the queue does. A number becomes
 * visible only after its predecessor, so a reader of "everything after N" misses nothing.
 */
export class ChatWriter {
  readonly #deps: LogDeps;
  readonly #membership: Membership;
  readonly #inserts: InsertQueue;
  readonly #queue: Entry[] = [];
  #isRunning = false;
  /** The log's highest number, while nothing has made that doubtful. */
  #head: number | undefined;
  /** Everything up to here has been announced, or was there before this process looked. */
  #announced: number | undefined;

  constructor(deps: LogDeps, membership: Membership, inserts: InsertQueue) {
    this.#deps = deps;
    this.#membership = membership;
    this.#inserts = inserts;
  }

  append(draft: Draft): Promise<Message> {
    if (this.#queue.length >= queuedMax) {
      return Promise.reject(
        new AppError('SERVICE_UNAVAILABLE', 'This chat takes no more messages right now'),
      );
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ draft, resolve, reject });
      if (!this.#isRunning) void this.#run();
    });
  }

  /** Never rejects: each entry hears of its own failure. */
  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#queue.length > 0) {
      const batch = this.#queue.splice(0, batchSizeMax);
      try {
        await this.#write(batch);
      } catch (error) {
        // Whether the insert happened is unknown. A repeat with the same clientId will tell; meanwhile the
        // head is read again, so that whatever was stored is announced.
        for (const entry of batch) entry.reject(error);
        this.#head = undefined;
        this.#recoverAfter(recoveryDelayMs);
      }
    }
    this.#isRunning = false;
  }

  async #write(batch: readonly Entry[]): Promise<void> {
    let rest = batch;
    while (rest.length > 0) {
      const head = await this.#requireHead();
      const drafts = rest.map(({ draft }, index) => ({ draft, rev: head + 1 + index }));
      const { stored, conflict } = await this.#inserts.insert(drafts);
      for (const [index, doc] of stored.entries()) this.#announceNew(rest[index], doc);
      rest = rest.slice(stored.length);
      if (conflict === 'rev') this.#head = undefined;
      if (conflict === 'clientId') {
        await this.#answerRepeat(rest[0]);
        rest = rest.slice(1);
      }
    }
  }

  #announceNew(entry: Entry | undefined, doc: MessageDoc): void {
    this.#head = doc.rev;
    if (!entry) return;
    const message = toMessage(doc, entry.draft.sender);
    this.#announce(message);
    entry.resolve(message);
  }

  #announce(message: Message): void {
    this.#announced = message.rev;
    publishMessage(this.#deps.broker, message, this.#membership);
    this.#deps.lastMessages.record({
      chatId: message.chatId,
      messageId: message.id,
      senderId: message.sender.id,
      seq: message.seq,
      sentAt: message.createdAt,
    });
  }

  async #answerRepeat(entry: Entry | undefined): Promise<void> {
    if (!entry) return;
    const { draft } = entry;
    const sent = await findSent(this.#deps.db, draft.sender.id, draft.clientId);
    if (sent && sent.rev > (this.#announced ?? 0)) {
      this.#head = undefined;
      await this.#requireHead();
    }
    if (sent?.chatId === draft.membership.chatId && sent.text === draft.text) entry.resolve(sent);
    else entry.reject(new AppError('CONFLICT', 'This clientId was used for another message'));
  }

  /** Reads the head when it is in doubt, and announces what was stored without anybody hearing of it. */
  async #requireHead(): Promise<number> {
    if (this.#head !== undefined) return this.#head;
    const { chatId } = this.#membership;
    const head = await readHead(this.#deps.db, chatId);
    this.#announced ??= head;
    while (this.#announced < head) {
      const missed = await readLog(this.#deps.db, { chatId, afterRev: this.#announced, limit: batchSizeMax });
      if (missed.length === 0) break;
      for (const message of missed) this.#announce(message);
    }
    this.#head = Math.max(head, this.#announced);
    return this.#head;
  }

  #recoverAfter(delayMs: number): void {
    this.#deps.clock.after(delayMs, () => {
      if (this.#isRunning || this.#head !== undefined) return;
      this.#isRunning = true;
      this.#requireHead()
        .catch(() => this.#recoverAfter(Math.min(delayMs * 2, recoveryDelayMaxMs)))
        .finally(() => void this.#run());
    });
  }
}
