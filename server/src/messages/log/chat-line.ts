import type { ChatId, LogEvent, UserId } from '@whisper/shared';
import type { Connection as Database } from 'mongoose';
import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/logger.ts';
import { toEvents, toldOf } from './message-events.ts';
import { readHead, readHeadBefore, readLog } from './read-log.ts';

export type LineDeps = {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Logger;
  readonly stats: { gaps: number; repaired: number };
  /** Hands an event to this process, in the order of the log. */
  readonly emit: (event: LogEvent, audience: readonly UserId[]) => void;
  /** Who may receive what bears a number, read from the database after what bears it. */
  readonly findAudience: (chatId: ChatId) => Promise<(rev: number) => readonly UserId[]>;
  /** What nobody announced is of a process that died, perhaps before it noted it as the chat's last message. */
  readonly record: (event: LogEvent) => void;
  /** So much is missing that each follower of these topics has to see for itself. */
  readonly tellMissed: (topics: ReadonlySet<string>) => void;
};

/** What came, and who may receive it: who was in the chat then. */
type Held = { readonly event: LogEvent; readonly audience: readonly UserId[] };

/** What is missing is most often under way: so long it is waited for before the log is read. */
const underWayMs = 20;
const retryMs = 500;
const pageSize = 200;
const repairMax = 1_000;
/** Events that wait for one before them. What is dropped is read. */
const heldMax = 1_000;

/** One chat's events on their way into this process: put in the order of the log, each once. */
export class ChatLine {
  readonly chatId: ChatId;
  /** The topics by which they come; the line ends with the last. */
  readonly topics = new Set<string>();
  readonly #deps: LineDeps;
  /** Everything stored before this moment concerns nobody here. */
  readonly #since: Date;
  readonly #held = new Map<number, Held>();
  /** Everything up to here has gone out, or concerned nobody; undefined until that was found out. */
  #head: number | undefined;
  #isReading = false;
  #cancelRead: (() => void) | undefined;

  constructor(deps: LineDeps, chatId: ChatId, since: Date) {
    this.#deps = deps;
    this.chatId = chatId;
    this.#since = since;
  }

  get head(): number | undefined {
    return this.#head;
  }

  receive(event: LogEvent, audience: readonly UserId[]): void {
    if (this.#head !== undefined && event.rev <= this.#head) return;
    if (event.rev === 1) this.#head ??= 0;
    if (this.#held.size >= heldMax) this.#held.clear();
    this.#held.set(event.rev, { event, audience });
    if (this.#isReading) return;
    this.#release();
    if (this.#held.size === 0) return;
    if (this.#head === undefined) return void this.read();
    this.#readAfter(underWayMs);
  }

  /** Reads what is missing. Never rejects: it is tried again. */
  async read(): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    this.#cancelRead?.();
    this.#cancelRead = undefined;
    try {
      await this.#readMissing();
    } catch (error) {
      this.#deps.log.warn({ err: error }, 'what is missing of a chat cannot be read, trying again');
      this.#isReading = false;
      return this.#readAfter(retryMs);
    }
    this.#isReading = false;
    this.#release();
    if (this.#held.size > 0) this.#readAfter(retryMs);
  }

  close(): void {
    this.#cancelRead?.();
    this.#held.clear();
  }

  async #readMissing(): Promise<void> {
    const { db, stats } = this.#deps;
    const before = this.#head;
    if (before !== undefined) stats.gaps += 1;
    let head = before ?? (await readHeadBefore(db, this.chatId, this.#since));
    // The usual case of a chat that is heard of for the first time: nothing lies between.
    const isNext = before === undefined && this.#held.has(head + 1);
    for (let isMore = !isNext, start = head; isMore; ) {
      if (head - start >= repairMax) return this.#skipTo(await readHead(db, this.chatId));
      const entries = await readLog(db, { chatId: this.chatId, afterRev: head, limit: pageSize });
      const audienceAt = await this.#deps.findAudience(this.chatId);
      const events = toEvents(entries, head, start);
      for (const event of events) this.#deps.record(event);
      // What was created here and changed since may be known to one reader and new to the next: each sees for itself.
      if (entries.some(({ createdRev, message }) => createdRev > start && createdRev < message.rev)) {
        return this.#skipTo(await readHead(db, this.chatId));
      }
      for (const [index, event] of events.entries()) {
        const entry = entries[index];
        const people = audienceAt(event.rev);
        this.#emit(event, entry ? toldOf(entry, people) : people);
      }
      stats.repaired += events.length;
      head = entries.at(-1)?.message.rev ?? head;
      isMore = entries.length === pageSize;
    }
    this.#head = Math.max(head, this.#head ?? 0);
  }

  #skipTo(head: number): void {
    this.#head = Math.max(head, this.#head ?? 0);
    this.#deps.tellMissed(this.topics);
  }

  #readAfter(delayMs: number): void {
    this.#cancelRead ??= this.#deps.clock.after(delayMs, () => {
      this.#cancelRead = undefined;
      if (this.#held.size > 0) void this.read();
    });
  }

  /** What has everything before it goes out. */
  #release(): void {
    if (this.#head === undefined) return;
    for (let next = this.#held.get(this.#head + 1); next; next = this.#held.get(this.#head + 1)) {
      this.#emit(next.event, next.audience);
    }
    for (const rev of this.#held.keys()) if (rev <= this.#head) this.#held.delete(rev);
  }

  #emit(event: LogEvent, audience: readonly UserId[]): void {
    this.#head = Math.max(event.rev, this.#head ?? 0);
    this.#deps.emit(event, audience);
  }
}
