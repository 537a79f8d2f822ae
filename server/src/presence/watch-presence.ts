import { limits, type PresenceEvent, type UserId, type WatchPresenceInput } from '@whisper/shared';
import type { Feed, FeedItem } from '@whisper/trpc-socket/feed';
import { createEphemeralFeed, type Admission, type FeedSource } from '../delivery/resume.ts';
import type { PresenceCame } from '../delivery/topics.ts';
import { listUsers } from '../users/list-users.ts';
import type { WatchDeps } from './deps.ts';
import type { BlocksChanged, Watcher } from './presence-hub.ts';

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

class PresenceSource implements FeedSource<PresenceEvent>, Watcher {
  readonly viewerId: UserId;
  readonly watched = new Set<UserId>();
  readonly #deps: WatchDeps;
  readonly #input: NonNullable<WatchPresenceInput>;
  /** Between whom and the viewer there is a block: they are as if they were not there. */
  #apart = new Set<UserId>();
  /** Who the viewer was told is there. */
  #online = new Set<UserId>();
  #tell: (item: FeedItem<PresenceEvent>) => void = () => undefined;
  #readAgain: () => void = () => undefined;

  constructor(deps: WatchDeps, viewerId: UserId, input: NonNullable<WatchPresenceInput>) {
    this.#deps = deps;
    this.viewerId = viewerId;
    this.#input = input;
  }

  async subscribe(tell: (item: FeedItem<PresenceEvent>) => void, onMissed: () => void): Promise<() => void> {
    await this.#deps.arrive();
    this.#tell = tell;
    this.#readAgain = onMissed;
    return this.#deps.hub.join(this);
  }

  /** Of whom the viewer knows that they are there they are told nothing: a list may know what is on its way. */
  admit({ data }: FeedItem<PresenceEvent>): Admission {
    switch (data.type) {
      case 'online':
        if (this.#online.has(data.userId)) return 'skip';
        this.#online.add(data.userId);
        return 'send';
      case 'offline':
        this.#online.delete(data.userId);
        return 'send';
      case 'list':
        return 'send';
    }
  }

  async *catchUp(): AsyncGenerator<readonly FeedItem<PresenceEvent>[]> {
    const [{ blocked, blockedBy }, watched] = await Promise.all([
      this.#deps.blocks.of(this.viewerId),
      findWatched(this.#deps, this.viewerId, this.#input),
    ]);
    this.#apart = new Set([...blocked, ...blockedBy.keys()]);
    this.#deps.hub.watch(this, watched);
    const userIds = await this.#findOnline([...this.watched]);
    this.#online = new Set(userIds);
    yield [{ data: { type: 'list', userIds } }];
  }

  hear(item: FeedItem<PresenceCame>): void {
    if (!this.#apart.has(item.data.userId)) this.#tell(item);
  }

  /** Whoever is new stands on the page while there is room. */
  hearJoined(userId: UserId): void {
    if (this.#input.listed && this.watched.size <= limits.userPageSizeMax) void this.#add(userId);
  }

  hearContacts(userIds: readonly UserId[]): void {
    for (const userId of userIds) void this.#add(userId);
  }

  hearBlocks(news: BlocksChanged): void {
    void this.#noteBlocks(news);
  }

  hearMissed(): void {
    this.#readAgain();
  }

  /** Never rejects: what cannot be found out stays as it was told. */
  async #noteBlocks({ by, isBlocked, at, ...other }: BlocksChanged): Promise<void> {
    const userId = by === this.viewerId ? other.userId : by;
    const { blocks, presence } = this.#deps;
    const wasApart = this.#apart.has(userId);
    if (isBlocked) this.#apart.add(userId);
    try {
      const isLeft = isBlocked || (await blocks.isBetween(this.viewerId, userId));
      if (!isLeft) this.#apart.delete(userId);
      const [online] = this.watched.has(userId) ? await presence.findOnline([userId]) : [];
      if (!online || wasApart === isLeft) return;
      const lastSeenAt = new Date(at);
      this.#tell({ data: isLeft ? { type: 'offline', userId, lastSeenAt } : { type: 'online', userId } });
    } catch {
      return;
    }
  }

  #findOnline(userIds: readonly UserId[]): Promise<UserId[]> {
    return this.#deps.presence.findOnline(userIds.filter((userId) => !this.#apart.has(userId)));
  }

  /** Never rejects: of whom it cannot be found out whether they are there, it is told when they come. */
  async #add(userId: UserId): Promise<void> {
    if (this.watched.has(userId)) return;
    this.#deps.hub.watch(this, [userId]);
    try {
      const [online] = await this.#findOnline([userId]);
      if (online) this.#tell({ data: { type: 'online', userId } });
    } catch {
      return;
    }
  }
}
