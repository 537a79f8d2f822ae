import type { UserId } from '@whisper/shared';
import type { FeedItem } from '@whisper/trpc-socket/feed';
import type { Broker } from '../delivery/broker.ts';
import { createBoundedCache } from '../platform/bounded-cache.ts';
import { topics, type News, type PeopleCame, type PresenceCame } from '../delivery/topics.ts';

export type BlocksChanged = Extract<News, { type: 'blocksChanged' }>;

/** One stream of one person, and whom it tells of. */
export interface Watcher {
  readonly viewerId: UserId;
  /** The hub's to change. */
  readonly watched: Set<UserId>;
  hear(item: FeedItem<PresenceCame>): void;
  /** Somebody is new to Whisper. */
  hearJoined(userId: UserId): void;
  /** The viewer shares a chat with these people from now on. */
  hearContacts(userIds: readonly UserId[]): void;
  /** Between the viewer and another. */
  hearBlocks(news: BlocksChanged): void;
  /** Any of these may have been lost. */
  hearMissed(): void;
}

/** So many people come and go while an event is on its way, at most. */
const ordersMax = 10_000;

/**
 * Who comes and goes arrives once in a process, those of one moment together, and is handed to the streams that tell of them:
 * a stream costs the broker nothing, however many people it watches.
 */
export class PresenceHub {
  readonly #broker: Pick<Broker, 'subscribe'>;
  readonly #watchers = new Set<Watcher>();
  readonly #byWatched = new Map<UserId, Set<Watcher>>();
  /** Which told of somebody last, of those with an order. */
  readonly #orders = createBoundedCache<UserId, number>(ordersMax);
  #listening: Promise<() => void> | undefined;

  constructor(broker: Pick<Broker, 'subscribe'>) {
    this.#broker = broker;
  }

  /** Resolves when the watcher, who watches themselves, hears of whatever happens from now on. The returned function ends it. */
  async join(watcher: Watcher): Promise<() => void> {
    this.#watchers.add(watcher);
    this.watch(watcher, [watcher.viewerId]);
    const leave = () => this.#leave(watcher);
    try {
      this.#listening ??= this.#listen();
      await this.#listening;
      return leave;
    } catch (error) {
      leave();
      throw error;
    }
  }

  /** Whoever has left watches nobody any more. */
  watch(watcher: Watcher, userIds: Iterable<UserId>): void {
    if (!this.#watchers.has(watcher)) return;
    for (const userId of userIds) {
      watcher.watched.add(userId);
      const watchers = this.#byWatched.get(userId);
      if (watchers) watchers.add(watcher);
      else this.#byWatched.set(userId, new Set([watcher]));
    }
  }

  #leave(watcher: Watcher): void {
    if (!this.#watchers.delete(watcher)) return;
    for (const userId of watcher.watched) {
      const watchers = this.#byWatched.get(userId);
      watchers?.delete(watcher);
      if (watchers?.size === 0) this.#byWatched.delete(userId);
    }
    if (this.#watchers.size > 0) return;
    this.#listening?.then((stop) => stop()).catch(() => undefined);
    this.#listening = undefined;
  }

  async #listen(): Promise<() => void> {
    const missed = () => {
      // Redis may be another one, with another time.
      this.#orders.clear();
      for (const watcher of this.#watchers) watcher.hearMissed();
    };
    const stops = await Promise.all([
      this.#broker.subscribe(topics.presence(), (came) => this.#handOut(came)),
      this.#broker.subscribe(topics.news(), (news) => this.#hearNews(news), missed),
    ]);
    return () => stops.forEach((stop) => stop());
  }

  #handOut(came: PeopleCame): void {
    for (const userId of came.userIds) {
      const watchers = this.#byWatched.get(userId);
      if (!watchers || this.#isPast(userId, came.order)) continue;
      // One object for all of them: it is encoded once.
      const item = { data: toPresenceCame(came, userId) };
      for (const watcher of watchers) watcher.hear(item);
    }
  }

  /** Whether what was told of the person already is later. */
  #isPast(userId: UserId, order: number | undefined): boolean {
    if (order === undefined) return false;
    if (order < (this.#orders.get(userId) ?? 0)) return true;
    this.#orders.set(userId, order);
    return false;
  }

  #hearNews(news: News): void {
    switch (news.type) {
      case 'joined':
        for (const watcher of this.#watchers) watcher.hearJoined(news.userId);
        return;
      case 'contactsMade':
        for (const userId of news.userIds) {
          const others = news.coming.includes(userId) ? news.userIds : news.coming;
          for (const watcher of this.#streamsOf(userId)) watcher.hearContacts(others);
        }
        return;
      case 'blocksChanged':
        for (const userId of [news.by, news.userId]) {
          for (const watcher of this.#streamsOf(userId)) watcher.hearBlocks(news);
        }
        return;
      case 'profileChanged':
      case 'peopleChanged':
      case 'revoked':
      case 'presenceHidden':
      case 'closeUser':
      case 'closeNameless':
      case 'closeSession':
        return;
    }
    news satisfies never;
  }

  #streamsOf(viewerId: UserId): Watcher[] {
    return [...(this.#byWatched.get(viewerId) ?? [])].filter((watcher) => watcher.viewerId === viewerId);
  }
}

/** Its fields in the order of every such event: a block may not show in it. */
function toPresenceCame(came: PeopleCame, userId: UserId): PresenceCame {
  switch (came.type) {
    case 'online':
      return { type: 'online', userId };
    case 'offline':
      return { type: 'offline', userId, lastSeenAt: came.lastSeenAt };
  }
}
