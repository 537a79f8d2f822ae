import type { ChatId, LogEvent, Message, MessageEvent, UserId } from '@whisper/shared';
import { listActiveChats } from '../../chats/list-active-chats.ts';
import type { FeedItem } from '@whisper/trpc-socket/feed';
import type { Admission, FeedSource } from '../../delivery/resume.ts';
import { topics } from '../../delivery/topics.ts';
import { parseTimeCursor, toTimeCursor } from '../log/event-cursor.ts';
import { toEvents } from '../log/message-events.ts';
import { readHeadBefore, readLog } from '../log/read-log.ts';
import { replayMax, replayPageSize, type StreamDeps } from './replay.ts';

type Watch = { readonly userId: UserId; readonly lastEventId: string | undefined };

/** Covers clocks that differ between nodes and writes that were in flight at the cursor's time. */
const overlapMs = 15_000;
const cursorAgeMaxMs = 7 * 24 * 60 * 60_000;

/** Chats with news since the cursor, above which a `reset` is cheaper than a replay. */
const chatsMax = 1_000;

/**
 * The stream of all of a person's chats. Its cursor is a position in time, replayed with an overlap: at least
 * once across reconnects. Within one subscription it knows each chat's rev and is exact.
 */
export class AllChatsSource implements FeedSource<MessageEvent> {
  readonly #deps: StreamDeps;
  readonly #watch: Watch;
  readonly #revs = new Map<ChatId, number>();
  #position: number | undefined;
  #chatWithGap: ChatId | undefined;

  constructor(deps: StreamDeps, watch: Watch) {
    this.#deps = deps;
    this.#watch = watch;
  }

  subscribe(listener: (item: FeedItem<MessageEvent>) => void): Promise<() => void> {
    return this.#deps.broker.subscribe(topics.messagesOfUser(this.#watch.userId), listener);
  }

  admit(item: FeedItem<MessageEvent>): Admission {
    if (item.audience && !item.audience.includes(this.#watch.userId)) return 'skip';
    switch (item.data.type) {
      case 'created':
      case 'updated':
        return this.#admitMessage(item.data.message);
      case 'synced':
      case 'reset':
        return 'skip';
    }
  }

  #admitMessage({ chatId, rev, updatedAt }: Message): Admission {
    const known = this.#revs.get(chatId);
    if (known !== undefined && rev <= known) return 'skip';
    if (known !== undefined && rev > known + 1) {
      this.#chatWithGap = chatId;
      return 'gap';
    }
    this.#revs.set(chatId, rev);
    this.#position = Math.max(this.#position ?? 0, updatedAt.getTime());
    return 'send';
  }

  async *catchUp(): AsyncGenerator<readonly FeedItem<MessageEvent>[]> {
    const now = this.#deps.messageLog.now();
    const isFirstEver = this.#position === undefined && this.#watch.lastEventId === undefined;
    const from = this.#position ?? this.#startingPosition(now);
    const isComplete = isFirstEver || (from !== undefined && (yield* this.#replay(from)));
    this.#position = Math.max(now, this.#position ?? 0);
    this.#chatWithGap = undefined;
    if (!isComplete) {
      this.#deps.metrics.resets.inc();
      // What was not replayed is the subscriber's to fetch: no later gap may reach back to before the reset.
      this.#revs.clear();
    }
    yield [this.#mark(isComplete ? 'synced' : 'reset', this.#position)];
  }

  /** Undefined when the subscriber's cursor is too old or not of this stream. */
  #startingPosition(now: number): number | undefined {
    const at = parseTimeCursor(this.#watch.lastEventId ?? '');
    const isOurs = at !== undefined && at <= now + overlapMs && now - at <= cursorAgeMaxMs;
    return isOurs ? at : undefined;
  }

  /** False when there is more than a replay should carry. */
  async *#replay(from: number): AsyncGenerator<readonly FeedItem<MessageEvent>[], boolean> {
    const since = new Date(from - overlapMs);
    const chatIds = await listActiveChats(this.#deps, this.#watch.userId, { since, limit: chatsMax + 1 });
    if (chatIds.length > chatsMax) return false;
    let count = 0;
    for (const chatId of new Set([...chatIds, ...(this.#chatWithGap ? [this.#chatWithGap] : [])])) {
      this.#revs.set(chatId, this.#revs.get(chatId) ?? (await readHeadBefore(this.#deps.db, chatId, since)));
      for await (const events of this.#readPages(chatId)) {
        count += events.length;
        if (count > replayMax) return false;
        yield events.map((data) => ({ data, id: toTimeCursor(from, data) }));
      }
    }
    this.#deps.metrics.replayed.observe(count);
    return true;
  }

  async *#readPages(chatId: ChatId): AsyncGenerator<LogEvent[]> {
    for (;;) {
      const afterRev = this.#revs.get(chatId) ?? 0;
      const entries = await readLog(this.#deps.db, { chatId, afterRev, limit: replayPageSize });
      this.#revs.set(chatId, entries.at(-1)?.message.rev ?? afterRev);
      yield toEvents(entries, afterRev);
      if (entries.length < replayPageSize) return;
    }
  }

  #mark(type: 'synced' | 'reset', at: number): FeedItem<MessageEvent> {
    return { data: { type }, id: toTimeCursor(at) };
  }
}
