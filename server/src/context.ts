import { transformer, type ChatId, type UserId } from '@whisper/shared';
import { EventTexts, LoopShare } from '@whisper/trpc-socket';
import { LRUCache } from 'lru-cache';
import type { Connection as Database } from 'mongoose';
import { findSharedEmails } from './chats/find-shared-emails.ts';
import { LastMessages } from './chats/last-messages.ts';
import type { KnownChat } from './chats/chat.view.ts';
import type { ChatsDeps, UnreadRange } from './chats/deps.ts';
import { meetAgain, partWays } from './chats/part-ways.ts';
import { publishBlocksChanged } from './chats/publish-chat-events.ts';
import { MemoryBroker } from './delivery/broker.memory.ts';
import { RedisBroker } from './delivery/broker.redis.ts';
import type { Broker } from './delivery/broker.ts';
import { Connections } from './delivery/connections.ts';
import { MemoryPresenceStore } from './delivery/presence-store.memory.ts';
import { RedisPresenceStore } from './delivery/presence-store.redis.ts';
import type { PresenceStore } from './delivery/presence-store.ts';
import { topics, type News } from './delivery/topics.ts';
import { TypingState } from './delivery/typing-state.ts';
import { createAuthenticate } from './identity/authenticate.ts';
import type { IdentityProvider } from './identity/identity-provider.ts';
import { Revocations } from './identity/revocations.ts';
import type { Authenticate, Viewer } from './identity/viewer.ts';
import { toTimeCursor } from './messages/log/event-cursor.ts';
import { MessageLog } from './messages/log/message-log.ts';
import { MessageRelay } from './messages/log/message-relay.ts';
import { thawed } from './messages/log/frozen.ts';
import {
  countUnread,
  findFrozen,
  findMessages,
  findNewestShown,
  listUnread,
} from './messages/log/read-log.ts';
import { HeldBytes } from './delivery/held-bytes.ts';
import { Strangers } from './http/strangers.ts';
import { Admission } from './platform/admission.ts';
import type { Clock } from './platform/clock.ts';
import type { Env } from './platform/env.ts';
import type { Logger } from './platform/logger.ts';
import { Metrics } from './platform/metrics.ts';
import type { Redis } from './platform/redis.ts';
import { createRateLimits, unlimited, type RateLimits } from './platform/rate-limits.ts';
import type { RouterDeps } from './router.ts';
import { Blocks } from './users/blocks.ts';
import { ensureUser } from './users/ensure-user.ts';
import type { UsersDeps } from './users/deps.ts';
import { LastSeen } from './users/last-seen.ts';
import { RedisSessions } from './wires/socketio/sessions.redis.ts';
import type { SharedSessions } from './wires/socketio/sessions.ts';
import { ViewerCache } from './users/viewer-cache.ts';

const membershipsMax = 50_000;

type Foundations = {
  readonly env: Env;
  readonly log: Logger;
  readonly clock: Clock;
  readonly db: Database;
  /** What connects this process with others like it; null when it is alone. */
  readonly redis: Redis | null;
};

/** Everything a server owns. Only composition sees it whole: each room is handed the part it declares. */
export type Context = Foundations &
  RouterDeps & {
    readonly metrics: Metrics;
    readonly texts: EventTexts;
    readonly lastSeen: LastSeen;
    readonly connections: Connections;
    readonly revocations: Revocations;
    readonly share: LoopShare;
    readonly admission: Admission;
    readonly held: HeldBytes;
    readonly strangers: Strangers;
    readonly rateLimits: RateLimits;
    /** The one way from a token to a person, on every wire; throws UNAUTHORIZED. Provisions on first contact. */
    readonly authenticate: Authenticate;
    readonly sharedSessions: SharedSessions | null;
    readonly findSharedEmails: (
      viewerId: UserId,
      userIds: readonly UserId[],
    ) => Promise<ReadonlyMap<UserId, string>>;
  };

/** Makes everything a server owns, on the database it was given. */
export function createContext(foundations: Foundations, identity: IdentityProvider): Context {
  const { clock, db, log } = foundations;
  const metrics = new Metrics();
  const lastMessages = new LastMessages(foundations);
  const texts = new EventTexts((value) => transformer.serialize(value));
  const broker = createBroker(foundations, { texts, metrics, lastMessages });
  const tell = (news: News) => broker.publish(topics.news(), news);
  const lastSeen = new LastSeen(foundations);
  const presence = createPresence(foundations, { broker, lastSeen });
  const typing = new TypingState(broker, clock);
  const connections = new Connections(presence, (id) => typing.stopDevice(id));
  const viewers = new ViewerCache(clock);
  const announce = (keys: readonly string[], at: number) => tell({ type: 'revoked', keys, at });
  const revocations = new Revocations({ db, clock, announce });
  const blocks = new Blocks(db);
  const messageLog = new MessageLog({ db, clock, broker, lastMessages, blocks });
  const bounds = createBounds(foundations, metrics);
  watchSizes(metrics, { connections, broker });
  const own = { db, clock, broker, lastMessages, blocks, reads: bounds.admission.reads };
  const chats = createChatsDeps(own, messageLog);
  return {
    ...foundations,
    ...chats,
    metrics,
    texts,
    tell,
    lastSeen,
    presence,
    typing,
    connections,
    viewers,
    revocations,
    ...bounds,
    messageLog,
    ...tellChats(chats),
    sharedSessions: createSharedSessions(foundations),
    endTyping: (chatId, userId) => typing.clear(chatId, userId),
    findSharedEmails: (viewerId, userIds) => findSharedEmails({ db, lastMessages }, viewerId, userIds),
    authenticate: createAuthenticate(
      {
        log,
        clock,
        revocations,
        isNamedModerator: (viewer) => isNamed(foundations.env.MODERATORS, viewer),
        ensureUser: (clerkId, fetchPerson) => ensureUser({ db, clock, viewers, tell }, clerkId, fetchPerson),
      },
      identity,
    ),
  };
}

function createBroker(
  { redis, db, clock, log }: Foundations,
  { texts, metrics, lastMessages }: Pick<Context, 'texts' | 'metrics' | 'lastMessages'>,
): Broker {
  if (!redis) return new MemoryBroker();
  const relay = new MessageRelay({
    db,
    clock,
    log,
    lastMessages,
    bus: new RedisBroker({ redis, texts, log }),
  });
  metrics.watchBus({ redis, relay });
  return relay;
}

function createSharedSessions({ redis }: Foundations): SharedSessions | null {
  return redis && new RedisSessions({ redis, cursorAt: toTimeCursor });
}

/** What keeps one person, or one stranger, from taking the room of all. */
function createBounds({ env, clock, redis }: Foundations, metrics: Metrics) {
  const rateLimits = env.RATE_LIMITS === 'on' ? createRateLimits(metrics, redis) : unlimited;
  const held = new HeldBytes(clock);
  const strangers = new Strangers();
  const share = new LoopShare();
  const admission = new Admission({ clock, share, rateLimits, hasRoomFor: held.hasRoomFor.bind(held) });
  metrics.watchLoad({ admission, held, strangers });
  return { rateLimits, held, strangers, share, admission };
}

function createPresence(
  { redis, clock, log }: Foundations,
  { broker, lastSeen }: Pick<Context, 'broker' | 'lastSeen'>,
): PresenceStore {
  const deps = { broker, clock, log, noteLastSeen: lastSeen.note.bind(lastSeen) };
  return redis ? new RedisPresenceStore({ ...deps, redis }) : new MemoryPresenceStore(deps);
}

function isNamed(names: Env['MODERATORS'] = [], { id, email }: Viewer): boolean {
  return names.some((name) => name === id || name.toLowerCase() === email);
}

type Own = Pick<ChatsDeps, 'db' | 'clock' | 'broker' | 'lastMessages' | 'blocks' | 'reads'>;

function createChatsDeps(own: Own, messageLog: MessageLog): ChatsDeps {
  return {
    ...own,
    memberships: new LRUCache<ChatId, KnownChat>({ max: membershipsMax }),
    ...handDown({ ...own, messageLog }),
  };
}

/** What people use of the chats above them. */
function tellChats(chats: ChatsDeps): Pick<UsersDeps, 'partWays' | 'meetAgain' | 'tellBlocksChanged'> {
  return {
    partWays: (...two) => partWays(chats, ...two),
    meetAgain: (...two) => meetAgain(chats, ...two),
    tellBlocksChanged: (userId, at) => publishBlocksChanged(chats.broker, userId, at),
  };
}

type Below = Pick<Context, 'db' | 'blocks' | 'messageLog'>;

type HandedDown = Pick<
  ChatsDeps,
  'findMessages' | 'findNewestShown' | 'countUnread' | 'listUnread' | 'changeGroup' | 'betweenWrites' | 'thaw'
>;

/** What chats use of the messages above them. */
function handDown({ db, blocks, messageLog }: Below): HandedDown {
  const counted = async (range: UnreadRange) => ({
    ...range,
    notFrom: (await blocks.of(range.viewerId)).blocked,
  });
  return {
    findMessages: (ids) => findMessages(db, ids),
    findNewestShown: (chatId, sight) => findNewestShown(db, chatId, sight),
    countUnread: async (range) => countUnread(db, await counted(range)),
    listUnread: async (range, limit) => listUnread(db, await counted(range), limit),
    changeGroup: (chatId, change) => messageLog.changeGroup(chatId, change),
    betweenWrites: (membership, act) => messageLog.betweenWrites(membership, act),
    async thaw(membership, { userId, afterRev }) {
      const { chatId } = membership;
      for (const messageId of await findFrozen(db, { chatId, afterRev, userId })) {
        await messageLog.change(membership, { messageId, by: userId, change: thawed(userId) });
      }
    },
  };
}

function watchSizes(
  metrics: Metrics,
  { connections, broker }: Pick<Context, 'connections' | 'broker'>,
): void {
  metrics.gauge('whisper_connections', {
    help: 'Open sockets and event streams of signed-in people, on every wire.',
    read: () => connections.size,
  });
  metrics.gauge('whisper_subscriptions', {
    help: 'What is listened to: live feeds have one or two topics each, the process one of its own.',
    read: () => broker.size,
  });
}
