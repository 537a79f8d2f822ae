import { limits, type PresenceEvent, type UserId, type WatchPresenceInput } from '@whisper/shared';
import type { Feed, FeedItem } from '@whisper/trpc-socket/feed';
import { createEphemeralFeed, type Admission, type FeedSource } from '../delivery/resume.ts';
import { topics, type News } from '../delivery/topics.ts';
import { listUsers } from '../users/list-users.ts';
import type { WatchDeps } from './deps.ts';

/** Of whom a person may hear: those they share a chat with, those they ask for, and themselves. */
export async function findWatched(
  { db, listContacts }: Pick<WatchDeps, 'db' | 'listContacts'>,
  viewerId: UserId,
  { userIds = [], listed = false }: NonNullable<WatchPresenceInput>,
): Promise<Set<UserId>> {
  const page = { limit: limits.userPageSizeMax };
  const [contacts, shown] = await Promise.all([
    listContacts(viewerId),
    listed ? listUsers({ db }, viewerId, page) : { users: [] },
  ]);
  return new Set([...contacts, ...userIds, ...shown.users.map(({ id }) => id), viewerId]);
}

/** Who comes and goes among them. Starts with those who are online, and sends that list again after a stall. */
export function watchPresence(
  deps: WatchDeps,
  viewerId: UserId,
  input: WatchPresenceInput = {},
): Feed<PresenceEvent> {
  return createEphemeralFeed(() => new PresenceSource(deps, viewerId, input));
}

type Listener = (item: FeedItem<PresenceEvent>) => void;

class PresenceSource implements FeedSource<PresenceEvent> {
  readonly #deps: WatchDeps;
  readonly #viewerId: UserId;
  readonly #input: NonNullable<WatchPresenceInput>;
  readonly #stops: (() => void)[] = [];
  #watched: Set<UserId> = new Set();
  /** Between whom and the viewer there is a block: they are as if they were not there. */
  readonly #apart = new Set<UserId>();
  #isStopped = false;

  constructor(deps: WatchDeps, viewerId: UserId, input: NonNullable<WatchPresenceInput>) {
    this.#deps = deps;
    this.#viewerId = viewerId;
    this.#input = input;
  }

  async subscribe(listener: Listener, onMissed: () => void): Promise<() => void> {
    const { broker, arrive } = this.#deps;
    await arrive();
    const addAll = (userIds: readonly UserId[]) => userIds.forEach((id) => void this.#add(id, listener));
    // Before the contacts are read, so that none is made in between.
    this.#stops.push(await broker.subscribe(topics.contactsOfUser(this.#viewerId), addAll, onMissed));
    await this.#followNews(listener, addAll);
    const [{ blocked, blockedBy }, watched] = await Promise.all([
      this.#deps.blocks.of(this.#viewerId),
      findWatched(this.#deps, this.#viewerId, this.#input),
    ]);
    for (const userId of [...blocked, ...blockedBy.keys()]) this.#apart.add(userId);
    this.#watched = watched;
    this.#stops.push(await this.#listen([...this.#watched], listener));
    return () => {
      this.#isStopped = true;
      for (const stop of this.#stops.splice(0)) stop();
    };
  }

  admit(): Admission {
    return 'send';
  }

  async *catchUp(): AsyncGenerator<readonly FeedItem<PresenceEvent>[]> {
    yield [{ data: { type: 'list', userIds: await this.#findOnline([...this.#watched]) } }];
  }

  /** Whoever is new stands on the page while there is room. */
  async #followNews(listener: Listener, addAll: (userIds: readonly UserId[]) => void): Promise<void> {
    const hasRoom = () => this.#input.listed && this.#watched.size <= limits.userPageSizeMax;
    const stop = await this.#deps.broker.subscribe(topics.news(), (news) => {
      if (news.type === 'joined' && hasRoom()) addAll([news.userId]);
      if (news.type === 'blocksChanged') void this.#noteBlocks(news, listener);
    });
    this.#stops.push(stop);
  }

  /** Never rejects: what cannot be found out stays as it was told. */
  async #noteBlocks(news: Extract<News, { type: 'blocksChanged' }>, listener: Listener): Promise<void> {
    const { by, isBlocked, at } = news;
    if (by !== this.#viewerId && news.userId !== this.#viewerId) return;
    const userId = by === this.#viewerId ? news.userId : by;
    const { blocks, presence } = this.#deps;
    const wasApart = this.#apart.has(userId);
    if (isBlocked) this.#apart.add(userId);
    try {
      const isLeft = isBlocked || (await blocks.isBetween(this.#viewerId, userId));
      if (!isLeft) this.#apart.delete(userId);
      const [online] = this.#watched.has(userId) ? await presence.findOnline([userId]) : [];
      if (!online || wasApart === isLeft) return;
      const lastSeenAt = new Date(at);
      listener({ data: isLeft ? { type: 'offline', userId, lastSeenAt } : { type: 'online', userId } });
    } catch {
      return;
    }
  }

  #findOnline(userIds: readonly UserId[]): Promise<UserId[]> {
    return this.#deps.presence.findOnline(userIds.filter((userId) => !this.#apart.has(userId)));
  }

  /** Never rejects: who cannot be listened to is missing, as they would be without having been added. */
  async #add(userId: UserId, listener: Listener): Promise<void> {
    if (this.#watched.has(userId)) return;
    this.#watched.add(userId);
    try {
      const stop = await this.#listen([userId], listener);
      if (this.#isStopped) return stop();
      this.#stops.push(stop);
      const [online] = await this.#findOnline([userId]);
      if (online && !this.#isStopped) listener({ data: { type: 'online', userId } });
    } catch {
      this.#watched.delete(userId);
    }
  }

  #listen(userIds: readonly UserId[], listener: Listener): Promise<() => void> {
    return this.#deps.broker.subscribeAll(userIds.map(topics.presenceOf), (data) => {
      if (!this.#apart.has(data.userId)) listener({ data });
    });
  }
}
