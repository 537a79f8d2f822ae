import type { ChatId, MessageEvent, UserId } from '@whisper/shared';
import type { AppContext } from '../app-context.ts';
import { requireParticipant } from '../chats/require-participant.ts';
import { FeedItem } from '../realtime/feed.ts';
import type { Admission, FeedSource } from '../realtime/resume.ts';
import { topics } from '../realtime/topics.ts';
import { parseChatCursor, toChatCursor } from './event-cursor.ts';
import { readHead, readLog } from './read-log.ts';
import { replayMax, replayPageSize, toCreated } from './replay.ts';

type Watch = { readonly userId: UserId; readonly chatId: ChatId; readonly lastEventId: string | undefined };

/** One chat's stream for one subscriber; its position is the log's rev, so it is exact. */
export class ChatSource implements FeedSource<MessageEvent> {
  readonly #app: AppContext;
  readonly #watch: Watch;
  #rev: number | undefined;

  constructor(app: AppContext, watch: Watch) {
    this.#app = app;
    this.#watch = watch;
  }

  subscribe(listener: (item: FeedItem<MessageEvent>) => void): () => void {
    return this.#app.broker.subscribe(topics.messagesOfChat(this.#watch.chatId), listener);
  }

  admit(item: FeedItem<MessageEvent>): Admission {
    if (item.audience && !item.audience.includes(this.#watch.userId)) return 'end';
    if (item.data.type !== 'created' || this.#rev === undefined) return 'skip';
    if (item.data.rev <= this.#rev) return 'skip';
    if (item.data.rev > this.#rev + 1) return 'gap';
    this.#rev = item.data.rev;
    return 'send';
  }

  async *catchUp(): AsyncGenerator<readonly FeedItem<MessageEvent>[]> {
    const { chatId, userId } = this.#watch;
    await requireParticipant(this.#app, chatId, userId);
    const head = await readHead(this.#app.db, chatId);
    const from = this.#rev ?? this.#startingRev(head);
    if (from === undefined || head - from > replayMax) {
      this.#rev = head;
      this.#app.metrics.resets.inc();
      return yield [this.#mark('reset')];
    }
    this.#rev = from;
    const count = yield* this.#replay();
    this.#app.metrics.replayed.observe(count);
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
      const messages = await readLog(this.#app, { chatId, afterRev: this.#rev ?? 0, limit: replayPageSize });
      this.#rev = messages.at(-1)?.rev ?? this.#rev;
      yield messages.map((message) => toCreated(message, toChatCursor(chatId, message.rev)));
      count += messages.length;
      if (messages.length < replayPageSize) return count;
    }
  }

  #mark(type: 'synced' | 'reset'): FeedItem<MessageEvent> {
    return new FeedItem<MessageEvent>({ type }, { id: toChatCursor(this.#watch.chatId, this.#rev ?? 0) });
  }
}
