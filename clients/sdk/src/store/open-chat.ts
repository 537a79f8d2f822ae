import {
  applyChanges,
  appendPage,
  applyEvent,
  hideMessages,
  prependPage,
  startLog,
  type ChatId,
  type ChatLog,
  type LogEvent,
  type ListMessagesInput,
  type MessagePage,
} from '@whisper/shared';
import type { Connection, WhisperApi } from '../connection/connection.ts';
import { toFailure, type Failure } from '../connection/failure.ts';
import { callWithRetries } from '../connection/retries.ts';
import { singleFlight } from '../single-flight.ts';
import { findHidden, holdAround, isHeld } from './held-run.ts';

/** A chat whose messages are held. `failed`: it cannot be read, such as when it is not one's own. */
export type ChatView =
  | { readonly status: 'loading' }
  | { readonly status: 'ready'; readonly log: ChatLog; readonly isLoadingOlder: boolean }
  | { readonly status: 'failed'; readonly failure: Failure };

const notThere: Failure = {
  code: 'NOT_FOUND',
  message: 'There is no such chat',
  isRetryable: false,
  retryAfterMs: 0,
};

export type OpenChatOptions = {
  readonly onChange: () => void;
  /** What an earlier process held of it. Never rejects. */
  readonly readKept: (chatId: ChatId) => Promise<ChatLog | undefined>;
  /** The server says that it is not there, or not one's own any more. */
  readonly onGone: (chatId: ChatId) => void;
};

/**
 * Keeps one chat's log whole: live events go through the reducer, and whenever the log is behind the highest
 * rev heard of, the missing part is fetched. Events are not buffered meanwhile: the fetch brings them.
 */
export class OpenChat {
  readonly #connection: Connection;
  readonly #chatId: ChatId;
  readonly #options: OpenChatOptions;
  #view: ChatView = { status: 'loading' };
  readonly #load = singleFlight(() => this.#start());
  #repairing: Promise<void> | undefined;
  #loadingOlder: Promise<void> | undefined;
  readonly #loadNewer = singleFlight(() => this.#fetchNewer());
  readonly #loadNewest = singleFlight(() => this.#fetchNewest());
  #heardRev = 0;
  #isDoubtful = false;
  #isStale = false;
  /** Counts how often the person went, or began to see other parts of it: what was asked before then counts for nothing. */
  #era = 0;
  #mayShowHidden = false;
  /** An answer that was under way may still have them. */
  readonly #hidden = new Set<number>();

  constructor(connection: Connection, chatId: ChatId, options: OpenChatOptions) {
    this.#connection = connection;
    this.#chatId = chatId;
    this.#options = options;
  }

  get view(): ChatView {
    return this.#view;
  }

  get log(): ChatLog | undefined {
    return this.#view.status === 'ready' ? this.#view.log : undefined;
  }

  /** What is held may be of other parts than the person sees; it is in sight until the newest page takes its place. */
  get isStale(): boolean {
    return this.#isStale;
  }

  /**
   * Shows what is kept of it, and fetches what is missing there or else the newest page, through lost connections.
   * Rejects when the chat cannot be read.
   */
  load(): Promise<void> {
    return this.#load();
  }

  /** Takes an event; the promise resolves when the log holds it, or cannot. Never rejects. */
  async receive(event: LogEvent): Promise<void> {
    this.#heardRev = Math.max(this.#heardRev, event.rev);
    const { log } = this;
    if (!log) return;
    this.#setLog(applyEvent(log, event).log);
    await this.#repair();
  }

  /** Asks once for changes even when none were heard of, because events may have been missed. Never rejects. */
  async doubt(): Promise<void> {
    this.#isDoubtful = true;
    if (this.#view.status === 'failed') return this.load().catch(() => undefined);
    if (this.log) await this.#repair();
  }

  /** The same, where messages that are held, or on their way, may have been hidden before it was told. Never rejects. */
  async doubtShown(): Promise<void> {
    this.#era += 1;
    this.#mayShowHidden = this.log !== undefined;
    await this.doubt();
  }

  /** It is not there, or not one's own any more. */
  lose(): void {
    this.#era += 1;
    this.#setView({ status: 'failed', failure: notThere });
  }

  /** The person does not see these messages any more. */
  hide(seqs: readonly number[]): void {
    for (const seq of seqs) this.#hidden.add(seq);
    if (this.log) this.#setLog(this.log);
  }

  /** Fetches the newest page in place of what is held, because more than changes may have been missed. Never rejects. */
  async renew(): Promise<void> {
    this.#era += 1;
    this.#isStale = true;
    await this.doubt();
  }

  /** Fetches the page before the oldest message; at once when there is none or it is on its way. */
  loadOlder(): Promise<void> {
    this.#loadingOlder ??= this.#fetchOlder().finally(() => {
      this.#loadingOlder = undefined;
      this.#show({ isLoadingOlder: false });
    });
    return this.#loadingOlder;
  }

  /** Fetches the page after the newest message that is held of a part of the history; at once when none is missing. */
  loadNewer(): Promise<void> {
    return this.#loadNewer();
  }

  /** Holds the part of the history around a place from now on, unless what is held reaches there. */
  async loadAround(seq: number): Promise<void> {
    if (this.log && isHeld(this.log, seq)) return;
    const page = await this.#fetchPage({ around: seq });
    const { log } = this;
    if (!log || isHeld(log, seq)) return;
    this.#setLog(holdAround(log, page, seq));
    await this.#repair();
  }

  /** Holds the newest messages again. */
  async loadNewest(): Promise<void> {
    if (this.log?.hasNewer) await this.#loadNewest();
    await this.#repair();
  }

  async #start(): Promise<void> {
    try {
      const era = this.#era;
      const kept = this.log ?? (await this.#options.readKept(this.#chatId));
      if (kept && era === this.#era) await this.#resume(kept);
      // What was kept may have been lost while the rest was asked for, and the person be back by now.
      if (!this.log) await this.#fetchNewest();
    } catch (error) {
      this.#fail(error);
      throw error;
    }
    void this.#repair();
  }

  async #resume(log: ChatLog): Promise<void> {
    this.#isDoubtful = true;
    this.#setReady(log);
    await this.#fetchChanges(log);
  }

  #fail(error: unknown): void {
    // What is held stays in sight when the client is closed.
    if (this.log && this.#connection.signal.aborted) return;
    const failure = toFailure(error);
    this.#setView({ status: 'failed', failure });
    if (failure.code === notThere.code) this.#options.onGone(this.#chatId);
  }

  async #fetchNewest(): Promise<void> {
    const page = await this.#fetchPage();
    this.#isStale = false;
    this.#setReady(startLog(this.#chatId, page));
  }

  #fetchPage(part: Partial<ListMessagesInput> = {}): Promise<MessagePage> {
    return this.#ask(({ message }) => message.list.query({ ...part, chatId: this.#chatId }));
  }

  async #repair(): Promise<void> {
    if (!this.#repairing && !this.#isBehind()) return;
    this.#repairing ??= this.#fetchMissing();
    await this.#repairing;
  }

  /** Clears `#repairing` in the same turn that finds nothing missing, so that no event falls between. */
  async #fetchMissing(): Promise<void> {
    try {
      while (this.log && this.#isBehind()) await this.#fetchChanges(this.log);
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#repairing = undefined;
    }
  }

  #isBehind(): boolean {
    return this.log !== undefined && (this.#isDoubtful || this.log.rev < this.#heardRev);
  }

  async #fetchChanges({ rev, chatId, messages }: ChatLog): Promise<void> {
    const heardRev = this.#heardRev;
    // Where the rev that is held was lost, as with a restored backup, nothing follows the one before it.
    const afterRev = this.#isDoubtful ? Math.max(0, rev - 1) : rev;
    const mayShowHidden = this.#mayShowHidden;
    this.#isDoubtful = false;
    this.#mayShowHidden = false;
    if (this.#isStale) return this.#fetchNewest();
    const era = this.#era;
    const hidden = mayShowHidden ? await findHidden(messages, (part) => this.#fetchPage(part)) : [];
    // Whoever began another era asked for everything again.
    if (era !== this.#era) return;
    this.hide(hidden);
    const changes = await this.#ask((api) => api.message.changes.query({ chatId, afterRev }));
    // Further behind than one answer holds: start again from the newest page instead of fetching all in between.
    if (changes.hasMore || changes.rev < rev) return this.#fetchNewest();
    if (this.log) this.#setLog(applyChanges(this.log, changes));
    // The server does not have the rev that was heard of, so asking again would never end.
    if (changes.rev < heardRev && this.#heardRev === heardRev) this.#heardRev = changes.rev;
  }

  async #fetchOlder(): Promise<void> {
    const { log } = this;
    const before = log?.messages[0]?.seq;
    if (!log?.hasOlder || before === undefined) return;
    this.#show({ isLoadingOlder: true });
    const page = await this.#fetchPage({ before });
    // When the log was started anew meanwhile, the page does not adjoin it.
    if (this.log?.messages[0]?.seq === before) this.#setLog(prependPage(this.log, page));
    await this.#repair();
  }

  async #fetchNewer(): Promise<void> {
    const { log } = this;
    const after = log?.messages.at(-1)?.seq;
    if (!log?.hasNewer || after === undefined) return;
    const page = await this.#fetchPage({ after });
    if (this.log?.hasNewer && this.log.messages.at(-1)?.seq === after)
      this.#setLog(appendPage(this.log, page));
    await this.#repair();
  }

  /** Asks through lost connections, and once more for what a later era has other answers to. */
  async #ask<T>(query: (api: WhisperApi) => Promise<T>): Promise<T> {
    for (;;) {
      const era = this.#era;
      try {
        const answer = await callWithRetries(this.#connection, () => query(this.#connection.api));
        if (era === this.#era) return answer;
      } catch (error) {
        if (era === this.#era || this.#connection.signal.aborted) throw error;
      }
    }
  }

  #setLog(log: ChatLog): void {
    // A page that is older than the log sets its rev back.
    this.#heardRev = Math.max(this.#heardRev, this.log?.rev ?? 0);
    const seen = hideMessages(log, this.#hidden);
    if (seen !== this.log) this.#show({ log: seen });
  }

  #setReady(log: ChatLog): void {
    this.#setView({ status: 'ready', log: hideMessages(log, this.#hidden), isLoadingOlder: false });
  }

  #show(change: { readonly log?: ChatLog; readonly isLoadingOlder?: boolean }): void {
    if (this.#view.status === 'ready') this.#setView({ ...this.#view, ...change });
  }

  #setView(view: ChatView): void {
    this.#view = view;
    this.#options.onChange();
  }
}
