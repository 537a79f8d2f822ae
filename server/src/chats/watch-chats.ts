import type { ChatEvent, UserId, WatchChatsInput } from '@whisper/shared';
import type { FeedItem, TrackedFeed } from '@whisper/trpc-socket/feed';
import { createTrackedFeed, inTurnOf, type Admission, type FeedSource } from '../delivery/resume.ts';
import { topics } from '../delivery/topics.ts';
import type { ChatsDeps } from './deps.ts';
import { parseChatsCursor, toChatsCursor } from './publish-chat-events.ts';
import { readMissed, type Missed } from './read-missed.ts';

type Deps = Pick<ChatsDeps, 'db' | 'broker' | 'clock' | 'streams' | 'lastMessages' | 'blocks' | 'writes'>;

/** Covers clocks that differ between nodes and writes that were in flight at the cursor's time. */
const overlapMs = 15_000;
const cursorAgeMaxMs = 7 * 24 * 60 * 60_000;

/** What happens to a person's chats besides messages, from `lastEventId` on: at least once, never lost. */
export function watchChats(
  deps: Deps,
  userId: UserId,
  { lastEventId }: WatchChatsInput,
): TrackedFeed<ChatEvent> {
  return createTrackedFeed(() => new ChatsSource(deps, userId, lastEventId ?? undefined));
}

/** Its cursor is a position in time, read again with an overlap: what is told are states, so a repeat is harmless. */
class ChatsSource implements FeedSource<ChatEvent> {
  readonly #deps: Deps;
  readonly #userId: UserId;
  readonly #lastEventId: string | undefined;
  #position: number | undefined;

  constructor(deps: Deps, userId: UserId, lastEventId: string | undefined) {
    this.#deps = deps;
    this.#userId = userId;
    this.#lastEventId = lastEventId;
  }

  subscribe(listener: (item: FeedItem<ChatEvent>) => void, onMissed: () => void): Promise<() => void> {
    const { broker } = this.#deps;
    return broker.subscribe(topics.chatsOfUser(this.#userId), listener, () => {
      // What nobody told may lie before what was told since.
      if (this.#position !== undefined) this.#position = Math.min(this.#position, broker.completeUntil);
      onMissed();
    });
  }

  admit({ id = '' }: FeedItem<ChatEvent>): Admission {
    const at = Math.min(parseChatsCursor(id) ?? 0, this.#deps.broker.completeUntil);
    this.#position = Math.max(this.#position ?? 0, at);
    return 'send';
  }

  async *catchUp(): AsyncGenerator<readonly FeedItem<ChatEvent>[]> {
    const now = this.#deps.clock.now();
    const { completeUntil } = this.#deps.writes;
    const isFirstEver = this.#position === undefined && this.#lastEventId === undefined;
    const from = this.#position ?? this.#startingPosition(now);
    const missed = isFirstEver || from === undefined ? undefined : await this.#readMissed(from);
    const isComplete = isFirstEver || missed !== undefined;
    this.#position = Math.max(Math.min(now, completeUntil), this.#position ?? 0);
    if (missed) yield missed.map(({ subject, data }) => ({ data, id: toChatsCursor(from ?? now, subject) }));
    yield [{ data: { type: isComplete ? 'synced' : 'reset' }, id: toChatsCursor(this.#position) }];
  }

  /** Undefined when the subscriber's cursor is too old or not of this stream. */
  #startingPosition(now: number): number | undefined {
    const at = parseChatsCursor(this.#lastEventId ?? '');
    const isOurs = at !== undefined && at <= now + overlapMs && now - at <= cursorAgeMaxMs;
    return isOurs ? at : undefined;
  }

  /** Undefined when there is more than a replay should carry. */
  #readMissed(from: number): Promise<Missed[] | undefined> {
    const missed = { userId: this.#userId, since: new Date(from - overlapMs) };
    return inTurnOf(this.#deps.streams, this.#userId)(() => readMissed(this.#deps, missed));
  }
}
