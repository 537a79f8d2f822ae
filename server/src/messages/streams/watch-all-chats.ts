import { mayBringIn, type ChatId, type LogEvent, type MessageEvent, type UserId } from '@whisper/shared';
import { findSights } from '../../chats/find-members.ts';
import { listActiveChats } from '../../chats/list-active-chats.ts';
import { listLargeGroups } from '../../chats/find-groups.ts';
import { readAs } from '../../chats/require-participant.ts';
import { isPlainly, isShown, KnownSights } from '../../chats/sight.ts';
import { AppError } from '../../platform/errors.ts';
import type { FeedItem } from '@whisper/trpc-socket/feed';
import { inTurnOf, type Admission, type FeedSource } from '../../delivery/resume.ts';
import { topics } from '../../delivery/topics.ts';
import { parseTimeCursor, toTimeCursor } from '../log/event-cursor.ts';
import { toEvents } from '../log/message-events.ts';
import { readHead, readHeadBefore } from '../log/read-log.ts';
import { LargeGroups } from './large-groups.ts';
import { isAmong, replayMax, replayPageSize, readShown, type StreamDeps } from './replay.ts';

type Listener = (item: FeedItem<MessageEvent>) => void;

/** Not an event: something may have been missed in a group that is listened to from now on. */
const readAgain: FeedItem<MessageEvent> = { data: { type: 'synced' } };

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
  readonly #sights = new KnownSights();
  #position: number | undefined;
  #startedAt = 0;
  /** Chats of which something may be missing that no reading under way is sure to find. */
  readonly #gaps = new Set<ChatId>();

  constructor(deps: StreamDeps, watch: Watch) {
    this.#deps = deps;
    this.#watch = watch;
  }

  async subscribe(listener: Listener, onMissed: () => void): Promise<() => void> {
    const { userId } = this.#watch;
    const { broker, db, streams } = this.#deps;
    const groups = new LargeGroups(broker, listener, (chatId) => {
      this.#gaps.add(chatId);
      listener(readAgain);
    });
    const stops = await Promise.all([
      broker.subscribe(topics.messagesOfUser(userId), listener, onMissed),
      broker.subscribe(
        topics.chatsOfUser(userId),
        ({ data }) => {
          this.#sights.tell(data);
          groups.note(data);
        },
        onMissed,
      ),
    ]);
    // Whatever is written before it listens is read with what was missed.
    await groups.start(await inTurnOf(streams, userId)(() => listLargeGroups(db, userId)));
    return () => {
      for (const stop of stops) stop();
      groups.stop();
    };
  }

  admit(item: FeedItem<MessageEvent>): Admission {
    if (item === readAgain) return this.#gaps.size > 0 ? 'gap' : 'skip';
    if (item.audience && !isAmong(item.audience, this.#watch.userId)) return 'skip';
    switch (item.data.type) {
      case 'created':
      case 'updated':
        return this.#admitEvent(item.data);
      case 'synced':
      case 'reset':
        return 'skip';
    }
  }

  /** An event that tells of more than what came after the last one may tell again of what was sent. */
  #admitEvent({ chatId, rev, prevRev, message }: LogEvent): Admission {
    const known = this.#revs.get(chatId);
    const sight = this.#sights.of(chatId);
    const isKnown = known !== undefined && rev <= known;
    const bringsIn = mayBringIn(message, this.#watch.userId);
    // Who comes into a group may be shown less than there is: how much may have been read before they were in.
    if (!bringsIn && (isKnown || !isShown(sight, message.seq))) return 'skip';
    const isGap = known !== undefined && prevRev !== known;
    if (isGap || bringsIn || !isPlainly(sight, message)) {
      this.#gaps.add(chatId);
      return 'gap';
    }
    this.#revs.set(chatId, rev);
    const at = message.updatedAt.getTime();
    // Another process found out late that it was missing. It was there when this stream began, and everything since is known.
    if (known === undefined && at < this.#startedAt - overlapMs) return 'skip';
    this.#position = Math.max(this.#position ?? 0, Math.min(at, this.#deps.broker.completeUntil));
    return 'send';
  }

  async *catchUp(): AsyncGenerator<readonly FeedItem<MessageEvent>[]> {
    const now = this.#deps.messageLog.now();
    const completeUntil = Math.min(now, this.#deps.writes.completeUntil);
    const gaps = [...this.#gaps];
    this.#gaps.clear();
    this.#sights.beginReading();
    const isFirstEver = this.#position === undefined && this.#watch.lastEventId === undefined;
    const from = this.#position ?? this.#startingPosition(now);
    if (this.#position === undefined) this.#startedAt = completeUntil;
    if (isFirstEver) await this.#learnHeads(now);
    this.#sights.learnAll(await findSights(this.#deps.db, this.#watch.userId));
    const isComplete = isFirstEver || (from !== undefined && (yield* this.#replay(from, gaps)));
    this.#position = Math.max(completeUntil, this.#position ?? 0);
    if (!isComplete) {
      this.#deps.metrics.resets.inc();
      // What was not replayed is the subscriber's to fetch: no later gap may reach back to before the reset.
      this.#revs.clear();
      await this.#learnHeads(now);
    }
    yield [this.#mark(isComplete ? 'synced' : 'reset', this.#position)];
  }

  /**
   * What other processes wrote just before this stream began may be announced after it did: where the logs of these chats
   * end now, says that it is not news.
   */
  async #learnHeads(now: number): Promise<void> {
    if (!this.#deps.broker.isShared) return;
    const active = { since: new Date(now - 2 * overlapMs), limit: chatsMax };
    for (const chatId of await listActiveChats(this.#deps, this.#watch.userId, active)) {
      this.#revs.set(chatId, await readHead(this.#deps.db, chatId));
    }
  }

  /** Undefined when the subscriber's cursor is too old or not of this stream. */
  #startingPosition(now: number): number | undefined {
    const at = parseTimeCursor(this.#watch.lastEventId ?? '');
    const isOurs = at !== undefined && at <= now + overlapMs && now - at <= cursorAgeMaxMs;
    return isOurs ? at : undefined;
  }

  /** False when there is more than a replay should carry. */
  async *#replay(
    from: number,
    gaps: readonly ChatId[],
  ): AsyncGenerator<readonly FeedItem<MessageEvent>[], boolean> {
    const since = new Date(from - overlapMs);
    const chatIds = await listActiveChats(this.#deps, this.#watch.userId, { since, limit: chatsMax + 1 });
    if (chatIds.length > chatsMax) return false;
    let count = 0;
    for (const chatId of new Set([...chatIds, ...gaps])) {
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
    const { userId } = this.#watch;
    const start = this.#revs.get(chatId) ?? 0;
    let position = start;
    for (;;) {
      const range = { chatId, afterRev: position, limit: replayPageSize };
      const read = await orNotFound(
        readAs(this.#deps, { chatId, userId }, ({ sight }) => {
          this.#sights.learn(chatId, sight);
          return readShown(this.#deps, range, sight);
        }),
      );
      // What is on its way says itself whom it is for. Where the log ends may be behind what brings them back.
      if (!read) return;
      const { entries, shown } = read;
      position = entries.at(-1)?.message.rev ?? position;
      const afterRev = this.#revs.get(chatId) ?? 0;
      this.#revs.set(chatId, shown.at(-1)?.message.rev ?? afterRev);
      yield toEvents(shown, afterRev, start);
      if (entries.length < replayPageSize) return;
    }
  }

  #mark(type: 'synced' | 'reset', at: number): FeedItem<MessageEvent> {
    return { data: { type }, id: toTimeCursor(at) };
  }
}

/** Undefined for a chat that the person was put out of meanwhile. */
async function orNotFound<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof AppError && error.code === 'NOT_FOUND') return undefined;
    throw error;
  }
}
