import type { ChatId, LogEvent, MessageEvent, UserId } from '@whisper/shared';
import type { Membership } from '../../chats/chat.view.ts';
import { readAs } from '../../chats/require-participant.ts';
import { isPlainly, isShown, KnownSights } from '../../chats/sight.ts';
import type { FeedItem } from '@whisper/trpc-socket/feed';
import type { Admission, FeedSource } from '../../delivery/resume.ts';
import { topics } from '../../delivery/topics.ts';
import { parseChatCursor, toChatCursor } from '../log/event-cursor.ts';
import { toEvents } from '../log/message-events.ts';
import { readHead } from '../log/read-log.ts';
import { isAmong, replayMax, replayPageSize, readShown, type StreamDeps } from './replay.ts';

type Watch = {
  readonly userId: UserId;
  readonly chatId: ChatId;
  readonly kind: Membership['kind'];
  readonly lastEventId: string | undefined;
};

/**
 * One chat's stream for one subscriber; its position is the log's rev, so it is exact. It is where what is shown to the
 * subscriber ends: what is kept from them lies in the hole that the next event's `prevRev` covers.
 */
export class ChatSource implements FeedSource<MessageEvent> {
  readonly #deps: StreamDeps;
  readonly #watch: Watch;
  #rev: number | undefined;
  readonly #sights = new KnownSights();

  constructor(deps: StreamDeps, watch: Watch) {
    this.#deps = deps;
    this.#watch = watch;
  }

  async subscribe(
    listener: (item: FeedItem<MessageEvent>) => void,
    onMissed: () => void,
  ): Promise<() => void> {
    const { chatId, userId } = this.#watch;
    const { broker } = this.#deps;
    const stops = await Promise.all([
      broker.subscribe(topics.messagesOfChat(chatId), listener, onMissed),
      broker.subscribe(topics.chatsOfUser(userId), ({ data }) => this.#sights.tell(data), onMissed),
    ]);
    return () => stops.forEach((stop) => stop());
  }

  admit(item: FeedItem<MessageEvent>): Admission {
    switch (item.data.type) {
      case 'created':
      case 'updated':
        return this.#admitEvent(item.data, item.audience);
      case 'synced':
      case 'reset':
        return 'skip';
    }
  }

  /** An event that tells of more than what came after the last one may tell again of what was sent. */
  #admitEvent({ rev, prevRev, message }: LogEvent, audience?: readonly string[]): Admission {
    // Another process's events may be found late, and be of a time when the subscriber was not in the chat yet.
    if (this.#rev === undefined || rev <= this.#rev) return 'skip';
    const { chatId, kind, userId } = this.#watch;
    // Nobody leaves a direct chat: what is not for them is kept from them.
    if (audience && !isAmong(audience, userId)) return kind === 'group' ? 'end' : 'skip';
    const sight = this.#sights.of(chatId);
    if (!isShown(sight, message.seq)) return 'skip';
    if (prevRev !== this.#rev || !isPlainly(sight, message)) return 'gap';
    this.#rev = rev;
    return 'send';
  }

  async *catchUp(): AsyncGenerator<readonly FeedItem<MessageEvent>[]> {
    const { chatId, userId } = this.#watch;
    this.#sights.beginReading();
    const head = await readAs(this.#deps, { chatId, userId }, ({ sight }) => {
      this.#sights.learn(chatId, sight);
      return readHead(this.#deps.db, chatId);
    });
    const from = this.#rev ?? this.#startingRev(head);
    if (from === undefined || head - from > replayMax) {
      this.#rev = head;
      this.#deps.metrics.resets.inc();
      return yield [this.#mark('reset')];
    }
    this.#rev = from;
    const count = yield* this.#replay();
    this.#deps.metrics.replayed.observe(count);
    yield [this.#mark('synced')];
  }

  /** Undefined when the subscriber's cursor is not one of this chat's. */
  #startingRev(head: number): number | undefined {
    const { chatId, lastEventId } = this.#watch;
    if (lastEventId === undefined) return head;
    const rev = parseChatCursor(chatId, lastEventId);
    return rev !== undefined && rev <= head ? rev : undefined;
  }

  /** Returns how many messages there were. */
  async *#replay(): AsyncGenerator<readonly FeedItem<MessageEvent>[], number> {
    const { chatId, userId } = this.#watch;
    const start = this.#rev ?? 0;
    let position = start;
    for (let count = 0; ; ) {
      const range = { chatId, afterRev: position, limit: replayPageSize };
      const { entries, shown } = await readAs(this.#deps, { chatId, userId }, ({ sight }) => {
        this.#sights.learn(chatId, sight);
        return readShown(this.#deps, range, sight);
      });
      position = entries.at(-1)?.message.rev ?? position;
      const afterRev = this.#rev ?? 0;
      this.#rev = shown.at(-1)?.message.rev ?? afterRev;
      yield toEvents(shown, afterRev, start).map((data) => ({ data, id: toChatCursor(chatId, data.rev) }));
      count += entries.length;
      if (entries.length < replayPageSize) return count;
    }
  }

  #mark(type: 'synced' | 'reset'): FeedItem<MessageEvent> {
    return { data: { type }, id: toChatCursor(this.#watch.chatId, this.#rev ?? 0) };
  }
}
