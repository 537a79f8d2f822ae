import type { ChatEvent, ChatId, UserId, WatchChatsInput } from '@whisper/shared';
import type { FeedItem, TrackedFeed } from '@whisper/trpc-socket/feed';
import { Types } from 'mongoose';
import { createTrackedFeed, type Admission, type FeedSource } from '../delivery/resume.ts';
import { topics } from '../delivery/topics.ts';
import { chatModel, type ChatDoc } from './chat.model.ts';
import { toMarks } from './chat.view.ts';
import type { ChatsDeps } from './deps.ts';
import { parseChatsCursor, toChatsCursor } from './publish-marks.ts';

type Deps = Pick<ChatsDeps, 'db' | 'broker' | 'clock' | 'reads'>;

/** Covers clocks that differ between nodes and writes that were in flight at the cursor's time. */
const overlapMs = 15_000;
const cursorAgeMaxMs = 7 * 24 * 60 * 60_000;

/** Chats in which marks moved since the cursor, above which a `reset` is cheaper than a replay. */
const chatsMax = 1_000;

/** What happens to a person's chats besides messages, from `lastEventId` on: at least once, never lost. */
export function watchChats(
  deps: Deps,
  userId: UserId,
  { lastEventId }: WatchChatsInput,
): TrackedFeed<ChatEvent> {
  return createTrackedFeed(() => new ChatsSource(deps, userId, lastEventId ?? undefined));
}

/** Its cursor is a position in time, read again with an overlap: marks are states, so a repeat is harmless. */
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
    return this.#deps.broker.subscribe(topics.chatsOfUser(this.#userId), listener, onMissed);
  }

  admit({ id = '' }: FeedItem<ChatEvent>): Admission {
    const at = Math.min(parseChatsCursor(id) ?? 0, this.#deps.broker.completeUntil);
    this.#position = Math.max(this.#position ?? 0, at);
    return 'send';
  }

  async *catchUp(): AsyncGenerator<readonly FeedItem<ChatEvent>[]> {
    const now = this.#deps.clock.now();
    const isFirstEver = this.#position === undefined && this.#lastEventId === undefined;
    const from = this.#position ?? this.#startingPosition(now);
    const moved = isFirstEver || from === undefined ? [] : await this.#readMoved(new Date(from - overlapMs));
    const isComplete = isFirstEver || (from !== undefined && moved.length <= chatsMax);
    this.#position = Math.max(now, this.#position ?? 0);
    if (isComplete) yield moved.flatMap((doc) => this.#toItems(doc, from ?? now));
    yield [{ data: { type: isComplete ? 'synced' : 'reset' }, id: toChatsCursor(this.#position) }];
  }

  /** Undefined when the subscriber's cursor is too old or not of this stream. */
  #startingPosition(now: number): number | undefined {
    const at = parseChatsCursor(this.#lastEventId ?? '');
    const isOurs = at !== undefined && at <= now + overlapMs && now - at <= cursorAgeMaxMs;
    return isOurs ? at : undefined;
  }

  #readMoved(since: Date): Promise<ChatDoc[]> {
    const { db, reads } = this.#deps;
    const read = () =>
      chatModel(db)
        .find({ participants: new Types.ObjectId(this.#userId), marksAt: { $gte: since } })
        .sort({ marksAt: -1 })
        .limit(chatsMax + 1)
        .lean()
        .exec();
    return reads.run(this.#userId, read, { isPatient: true });
  }

  /** The marks of everyone in the chat: whose moved is not told apart, and need not be. */
  #toItems(doc: ChatDoc, at: number): FeedItem<ChatEvent>[] {
    const chatId = doc._id.toHexString() as ChatId;
    return doc.participants.map((participant) => {
      const userId = participant.toHexString() as UserId;
      return {
        data: { type: 'marks', chatId, userId, ...toMarks(doc, userId) },
        id: toChatsCursor(at, `${chatId}:${userId}`),
      };
    });
  }
}
