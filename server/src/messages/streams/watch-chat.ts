import type { ChatId, LogEvent, MessageEvent, UserId } from '@whisper/shared';
import { requireParticipant } from '../../chats/require-participant.ts';
import type { FeedItem } from '@whisper/trpc-socket/feed';
import type { Admission, FeedSource } from '../../delivery/resume.ts';
import { topics } from '../../delivery/topics.ts';
import { parseChatCursor, toChatCursor } from '../log/event-cursor.ts';
import { toEvents } from '../log/message-events.ts';
import { readHead, readLog } from '../log/read-log.ts';
import { replayMax, replayPageSize, type StreamDeps } from './replay.ts';

type Watch = { readonly userId: UserId; readonly chatId: ChatId; readonly lastEventId: string | undefined };

/** One chat's stream for one subscriber; its position is the log's rev, so it is exact. */
export class ChatSource implements FeedSource<MessageEvent> {
  readonly #deps: StreamDeps;
  readonly #watch: Watch;
  #rev: number | undefined;

  constructor(deps: StreamDeps, watch: Watch) {
    this.#deps = deps;
    this.#watch = watch;
  }

  subscribe(listener: (item: FeedItem<MessageEvent>) => void, onMissed: () => void): Promise<() => void> {
    return this.#deps.broker.subscribe(topics.messagesOfChat(this.#watch.chatId), listener, onMissed);
  }

  admit(item: FeedItem<MessageEvent>): Admission {
    if (item.audience && !item.audience.includes(this.#watch.userId)) return 'end';
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
  #admitEvent({ rev, prevRev }: LogEvent): Admission {
    if (this.#rev === undefined || rev <= this.#rev) return 'skip';
    if (prevRev !== this.#rev) return 'gap';
    this.#rev = rev;
    return 'send';
  }

  async *catchUp(): AsyncGenerator<readonly FeedItem<MessageEvent>[]> {
    const { chatId, userId } = this.#watch;
    await requireParticipant(this.#deps, chatId, userId);
    const head = await readHead(this.#deps.db, chatId);
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
    const { chatId } = this.#watch;
    for (let count = 0; ; ) {
      const afterRev = this.#rev ?? 0;
      const entries = await readLog(this.#deps.db, { chatId, afterRev, limit: replayPageSize });
      this.#rev = entries.at(-1)?.message.rev ?? afterRev;
      yield toEvents(entries, afterRev).map((data) => ({ data, id: toChatCursor(chatId, data.rev) }));
      count += entries.length;
      if (entries.length < replayPageSize) return count;
    }
  }

  #mark(type: 'synced' | 'reset'): FeedItem<MessageEvent> {
    return { data: { type }, id: toChatCursor(this.#watch.chatId, this.#rev ?? 0) };
  }
}
