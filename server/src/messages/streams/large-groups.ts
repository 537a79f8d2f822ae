import { limits, type ChatEvent, type ChatId, type MessageEvent } from '@whisper/shared';
import type { FeedItem } from '@whisper/trpc-socket/feed';
import type { Broker } from '../../delivery/broker.ts';
import { topics } from '../../delivery/topics.ts';

/** The large groups whose topics one stream of all chats listens to, as its person comes and goes. */
export class LargeGroups {
  readonly #broker: Broker;
  readonly #listener: (item: FeedItem<MessageEvent>) => void;
  readonly #onFollowed: (chatId: ChatId) => void;
  readonly #stops = new Map<ChatId, () => void>();
  #isStopped = false;

  /** `onFollowed` hears of a group that is listened to from then on, and of which something may have been missed. */
  constructor(
    broker: Broker,
    listener: (item: FeedItem<MessageEvent>) => void,
    onFollowed: (chatId: ChatId) => void,
  ) {
    this.#broker = broker;
    this.#listener = listener;
    this.#onFollowed = onFollowed;
  }

  async start(chatIds: readonly ChatId[]): Promise<void> {
    await Promise.all(chatIds.map((chatId) => this.#follow(chatId)));
  }

  /** Any group may be or become a large one: what is not large says nothing on its topic. */
  note(event: ChatEvent): void {
    switch (event.type) {
      case 'new':
        return this.#followLate(event.chatId);
      case 'changed':
        if (event.group && event.group.memberCount > limits.smallChatMax) this.#followLate(event.chatId);
        return;
      case 'gone':
        this.#stops.get(event.chatId)?.();
        this.#stops.delete(event.chatId);
        return;
      case 'marks':
      case 'hidden':
      case 'blocks':
      case 'synced':
      case 'reset':
        return;
    }
  }

  stop(): void {
    this.#isStopped = true;
    for (const stop of this.#stops.values()) stop();
    this.#stops.clear();
  }

  /** When the broker cannot listen, the stream learns of the next message by what it missed. */
  #followLate(chatId: ChatId): void {
    if (this.#stops.has(chatId)) return;
    this.#follow(chatId).then(
      () => this.#onFollowed(chatId),
      () => undefined,
    );
  }

  async #follow(chatId: ChatId): Promise<void> {
    if (this.#stops.has(chatId)) return;
    // Noted at once, so that two events do not make it listen twice.
    this.#stops.set(chatId, () => undefined);
    const onMissed = () => this.#onFollowed(chatId);
    const stop = await this.#broker.subscribe(topics.messagesOfGroup(chatId), this.#listener, onMissed);
    if (this.#isStopped || !this.#stops.has(chatId)) return stop();
    this.#stops.set(chatId, stop);
  }
}
