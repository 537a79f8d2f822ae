import type { ChatId, Message, MessageId, Reply } from '@whisper/shared';
import type { ChangeGroup, LogHeads } from '../../chats/deps.ts';
import { chatNotFound } from '../../chats/require-participant.ts';
import { doubtFiles } from '../../files/settle-files.ts';
import { AppError } from '../../platform/errors.ts';
import { admitAppends, admitChanges } from './admit.ts';
import { applyChanges, replaceMessage, type Changing } from './change-message.ts';
import { GroupPeople, planDrafts, toLoggedChange, type ChatPeople } from './chat-people.ts';
import { ExpectedChange } from './expected-change.ts';
import type { Draft, InsertQueue } from './insert-queue.ts';
import {
  takeBatch,
  type Administer,
  type Answer,
  type Append,
  type Between,
  type Change,
  type Entry,
} from './entries.ts';
import { frozenFor } from './frozen.ts';
import type { LogDeps } from './log-deps.ts';
import { publishEntry, type LogEntry } from './message-events.ts';
import type { MessageDoc } from './message.model.ts';
import { findReplies, toMessage } from './message.view.ts';
import {
  findDoc,
  findSent,
  isSameMessage,
  readHead,
  readLastSeq,
  readLog,
  toEntries,
  type Heads,
} from './read-log.ts';

const batchSizeMax = 200;

/** Writes that may wait while the database stalls; a chat in good health has a few. */
const queuedMax = 1_000;

const recoveryDelays = { firstMs: 250, maxMs: 5_000 } as const;

/** Another node may have written since the heads were last confirmed. Far shorter than a message keeps its old numbers. */
const headsFreshMs = 15_000;

type WriterOptions = {
  readonly chatId: ChatId;
  readonly people: ChatPeople;
  readonly inserts: InsertQueue;
  /** The time that messages bear. */
  readonly now: () => number;
};

/**
 * Writes one chat's log. Storing is the sequencing: read the heads, write the numbers after them, and let the unique
 * indexes arbitrate between nodes; within this process the queue does. A number becomes visible only after its
 * predecessor, so a reader of "everything after N" misses nothing.
 */
export class ChatWriter {
  readonly #deps: LogDeps;
  readonly #options: WriterOptions;
  readonly #expected: ExpectedChange;
  readonly #queue: Entry[] = [];
  #isRunning = false;
  /** Where the log ends, while nothing has made that doubtful. */
  #heads: Heads | undefined;
  #headsConfirmedAt = 0;
  /** Everything up to here has been announced, or was there before this process looked. */
  #announced: number | undefined;

  constructor(deps: LogDeps, options: WriterOptions) {
    this.#deps = deps;
    this.#options = options;
    this.#expected = new ExpectedChange(deps, options.chatId);
  }

  append(draft: Draft): Promise<Message> {
    return this.#enqueue<Message>((answer) => ({ ...answer, draft }));
  }

  /** NOT_FOUND when there is no such message in this chat. Resolves with it as it is then. */
  change(change: Changing): Promise<Message> {
    return this.#enqueue<Message>((answer) => ({ ...answer, ...change }));
  }

  /** Changes the group whose log this is. */
  changeGroup(change: ChangeGroup): Promise<void> {
    return this.#enqueue<void>((answer) => ({ ...answer, ...change }));
  }

  betweenWrites(act: (heads: LogHeads) => Promise<void>): Promise<void> {
    return this.#enqueue<void>((answer) => ({ ...answer, act }));
  }

  #enqueue<T>(toEntry: (answer: Answer<T>) => Entry): Promise<T> {
    if (this.#queue.length >= queuedMax) {
      const refusal = new AppError('SERVICE_UNAVAILABLE', 'This chat takes no more messages right now');
      return Promise.reject(refusal);
    }
    return new Promise((resolve, reject) => {
      this.#queue.push(toEntry({ resolve, reject }));
      if (!this.#isRunning) void this.#run();
    });
  }

  /** Never rejects: each entry hears of its own failure. */
  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#queue.length > 0) {
      const batch = takeBatch(this.#queue, batchSizeMax);
      try {
        await this.#write(batch);
      } catch (error) {
        // Whether the write happened is unknown. A repeat will tell; meanwhile the heads are read again, so that
        // whatever was stored is announced.
        for (const entry of batch) entry.reject(error);
        this.#heads = undefined;
        this.#recoverAfter(recoveryDelays.firstMs);
      }
    }
    this.#isRunning = false;
  }

  async #write(batch: readonly Entry[]): Promise<void> {
    const [first] = batch;
    await this.#expected.ensure({ isNew: first === undefined || !('messageId' in first) });
    if (first && 'plan' in first) return this.#administer(first);
    if (first && 'act' in first) return this.#actBetween(first);
    const changes = batch.filter((entry) => 'messageId' in entry);
    if (first && 'messageId' in first) return this.#changeOne(first.messageId, changes);
    await this.#insert(batch.filter((entry) => 'draft' in entry));
  }

  async #insert(batch: readonly Append[]): Promise<void> {
    let rest = batch;
    while (rest.length > 0) {
      const { rev, seq } = await this.#requireHeads();
      rest = await admitAppends(this.#options.people, rest, this.#options.now());
      const drafts = rest.map(({ draft }, index) => ({
        draft,
        rev: rev + 1 + index,
        seq: seq + 1 + index,
      }));
      const { stored, conflict } = await this.#options.inserts.insert(drafts);
      const replyOf = await findReplies(this.#deps.db, stored);
      for (const [index, doc] of stored.entries()) this.#announceNew(rest[index], doc, replyOf(doc));
      rest = rest.slice(stored.length);
      if (conflict === 'number') this.#heads = undefined;
      if (conflict === 'clientId') {
        await this.#answerRepeat(rest[0]);
        rest = rest.slice(1);
      }
    }
  }

  async #actBetween(entry: Between): Promise<void> {
    try {
      await entry.act(await this.#requireHeads());
      entry.resolve();
    } catch (error) {
      entry.reject(error);
    }
  }

  /** Plans again whenever somebody else wrote meanwhile, so that what is stored was allowed where it stands in the log. */
  async #administer(entry: Administer): Promise<void> {
    const { people } = this.#options;
    for (;;) {
      const { rev, seq } = await this.#requireHeads();
      if (!(people instanceof GroupPeople)) return entry.reject(chatNotFound());
      let drafts;
      try {
        drafts = await planDrafts(people, entry);
      } catch (error) {
        return entry.reject(error);
      }
      const numbered = drafts.map((draft, index) => ({ draft, rev: rev + 1 + index, seq: seq + 1 + index }));
      const { stored, conflict } = await this.#options.inserts.insert(numbered);
      await people.apply(stored.flatMap(toLoggedChange));
      for (const logged of await toEntries(this.#deps.db, stored)) this.#announce(logged);
      for (const doc of stored.slice(-1)) this.#confirm(doc);
      if (!conflict) return entry.resolve();
      this.#heads = undefined;
    }
  }

  #announceNew(entry: Append | undefined, doc: MessageDoc, replyTo: Reply | null): void {
    this.#confirm(doc);
    if (!entry) return;
    const message = toMessage(doc, { ...entry.draft, replyTo, system: null });
    this.#announce({ message, createdRev: doc.rev, keptFrom: [] });
    entry.resolve(message);
  }

  /** Changes that wait together take one number. Repeated when somebody else changed the message, or took the number. */
  async #changeOne(messageId: MessageId, changes: readonly Change[]): Promise<void> {
    for (let rest = changes; rest.length > 0; ) {
      const heads = await this.#requireHeads();
      const { admitted, ignoring } = await admitChanges(this.#options.people, rest);
      const doc = await findDoc(this.#deps.db, messageId);
      const isHere = doc?.chat.toHexString() === this.#options.chatId;
      const now = new Date(this.#options.now());
      const { next, accepted, refused } = applyChanges(isHere ? doc : null, admitted, now);
      for (const [entry, error] of refused) entry.reject(error);
      rest = accepted;
      if (!next || !doc) return;
      const rev = heads.rev + 1;
      if (next === doc) return this.#answerUnchanged(doc, rest);
      if (doc.attachments && !next.attachments) await doubtFiles(this.#deps, doc.attachments);
      const change = { doc, next: frozenFor(ignoring, doc, next), rev, now };
      const stored = await replaceMessage(this.#deps.db, change);
      if (stored) return this.#answerChanged(stored, rest);
      this.#heads = undefined;
    }
  }

  async #answerChanged(doc: MessageDoc, changes: readonly Change[]): Promise<void> {
    const [entry] = await toEntries(this.#deps.db, [doc]);
    if (!entry) return;
    this.#confirm({ rev: doc.rev, seq: this.#heads?.seq ?? doc.seq });
    this.#announce(entry);
    for (const change of changes) change.resolve(entry.message);
  }

  /** Nothing was left to change. If another node did it, what it wrote besides is not known here. */
  async #answerUnchanged(doc: MessageDoc, changes: readonly Change[]): Promise<void> {
    const [entry] = await toEntries(this.#deps.db, [doc]);
    if (doc.rev > (this.#announced ?? 0)) {
      this.#heads = undefined;
      await this.#requireHeads();
    }
    if (entry) for (const change of changes) change.resolve(entry.message);
  }

  #announce(entry: LogEntry): void {
    const { message } = entry;
    const { chatId, rev } = message;
    this.#announced = rev;
    publishEntry(this.#deps.broker, entry, this.#options.people.audienceAt(rev));
    if (entry.createdRev !== rev) return this.#deps.lastMessages.touch(chatId, message.updatedAt);
    this.#deps.lastMessages.record({
      chatId,
      messageId: message.id,
      senderId: message.sender.id,
      mark: message.kind === 'system' ? 'none' : this.#options.people.keeps,
      seq: message.seq,
      sentAt: message.createdAt,
    });
  }

  async #answerRepeat(entry: Append | undefined): Promise<void> {
    if (!entry) return;
    const { draft } = entry;
    const sent = await findSent(this.#deps.db, draft.sender.id, draft.clientId);
    if (sent && sent.rev > (this.#announced ?? 0)) {
      this.#heads = undefined;
      await this.#requireHeads();
    }
    const [stored] = sent && isSameMessage(sent, draft) ? await toEntries(this.#deps.db, [sent]) : [];
    if (stored) entry.resolve(stored.message);
    else entry.reject(new AppError('CONFLICT', 'This clientId was used for another message'));
  }

  #confirm({ rev, seq }: Heads): void {
    this.#heads = { rev, seq };
    this.#headsConfirmedAt = this.#deps.clock.now();
  }

  /** Reads the heads when they are in doubt, and announces what was stored without anybody hearing of it. */
  async #requireHeads(): Promise<Heads> {
    const isFresh = this.#deps.clock.now() - this.#headsConfirmedAt < headsFreshMs;
    if (this.#heads && isFresh) return this.#heads;
    const { chatId, people } = this.#options;
    const { db } = this.#deps;
    const head = await readHead(db, chatId);
    await people.refresh();
    this.#announced ??= head;
    while (this.#announced < head) {
      const missed = await readLog(db, { chatId, afterRev: this.#announced, limit: batchSizeMax });
      if (missed.length === 0) break;
      // What was read may be newer than the head: nobody is told of it who was put out before.
      await people.refresh();
      for (const entry of missed) this.#announce(entry);
    }
    // The place is read last: one that is ahead of the rev meets a taken number, one behind it would be given twice.
    const known = { rev: Math.max(head, this.#announced), seq: await readLastSeq(db, chatId) };
    this.#confirm(known);
    return known;
  }

  #recoverAfter(delayMs: number): void {
    this.#deps.clock.after(delayMs, () => {
      if (this.#isRunning || this.#heads !== undefined) return;
      this.#isRunning = true;
      this.#requireHeads()
        .catch(() => this.#recoverAfter(Math.min(delayMs * 2, recoveryDelays.maxMs)))
        .finally(() => void this.#run());
    });
  }
}
