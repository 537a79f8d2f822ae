import { transformer, type Attachment, type CloseReason, type UserId } from '@whisper/shared';
import { EventTexts, LoopShare } from '@whisper/trpc-socket';
import type { Connection as Database } from 'mongoose';
import { findSharedEmails } from './chats/find-shared-emails.ts';
import { LastMessages } from './chats/last-messages.ts';
import type { ChatsDeps } from './chats/deps.ts';
import { MemoryBroker } from './delivery/broker.memory.ts';
import { RedisBroker, tellMissed } from './delivery/broker.redis.ts';
import type { Broker } from './delivery/broker.ts';
import { Connections } from './delivery/connections.ts';
import { Erasures } from './own-data/erasures.ts';
import { Retention } from './own-data/retention.ts';
import { createDataRegistry } from './person-data.ts';
import { MemoryPresenceStore } from './delivery/presence-store.memory.ts';
import { RedisPresenceStore } from './delivery/presence-store.redis.ts';
import type { PresenceStore } from './delivery/presence-store.ts';
import { topics, type News } from './delivery/topics.ts';
import { TypingState } from './delivery/typing-state.ts';
import type { FilesDeps } from './files/deps.ts';
import { inspectionBounds, toFileRules } from './files/file-rules.ts';
import { lastingLinkOf } from './files/links.ts';
import { FileCollector } from './files/file-collector.ts';
import { openStorage } from './files/open-storage.ts';
import { createAuthenticate } from './identity/authenticate.ts';
import type { IdentityProvider } from './identity/identity-provider.ts';
import { Revocations } from './identity/revocations.ts';
import type { Authenticate, Viewer } from './identity/viewer.ts';
import { isAttachmentShown, isInMessage } from './messages/is-attachment-shown.ts';
import type { MessagesDeps } from './messages/deps.ts';
import { toTimeCursor } from './messages/log/event-cursor.ts';
import { findPlaces } from './messages/log/find-places.ts';
import { MessageLog } from './messages/log/message-log.ts';
import { MessageRelay } from './messages/log/message-relay.ts';
import { repairChats } from './messages/log/repair-chats.ts';
import { HeldBytes } from './delivery/held-bytes.ts';
import { createChatsDeps, tellChats } from './hand-down.ts';
import { Strangers } from './http/strangers.ts';
import { Admission } from './platform/admission.ts';
import { FairGate } from './platform/fair-gate.ts';
import type { Clock } from './platform/clock.ts';
import type { Env } from './platform/env.ts';
import type { Logger } from './platform/logger.ts';
import { Metrics } from './platform/metrics.ts';
import type { Redis } from './platform/redis.ts';
import { UnknownWrites } from './platform/unknown-writes.ts';
import { createRateLimits, unlimited, type RateLimits } from './platform/rate-limits.ts';
import type { RouterDeps } from './router.ts';
import { findPushOutcomes } from './push/find-push-outcomes.ts';
import { createPushChannels } from './push/push-channels.ts';
import { Pusher } from './push/pusher.ts';
import { Blocks } from './users/blocks.ts';
import { ensureUser } from './users/ensure-user.ts';
import type { UsersDeps } from './users/deps.ts';
import { LastSeen } from './users/last-seen.ts';
import { KeptSessions } from './wires/socketio/kept-sessions.ts';
import { DatabaseSessionShelf } from './wires/socketio/session-shelf.database.ts';
import { RedisSessionShelf } from './wires/socketio/session-shelf.redis.ts';
import type { OtherSessions } from './wires/socketio/sessions.ts';
import { ViewerCache } from './users/viewer-cache.ts';

type Foundations = {
  readonly env: Env;
  readonly log: Logger;
  readonly clock: Clock;
  readonly db: Database;
  /** What connects this process with others like it; null when it is alone. */
  readonly redis: Redis | null;
  /** What links to files that last are signed with, by every process over this database. */
  readonly linkKey: string;
};

/** Everything a server owns. Only composition sees it whole: each room is handed the part it declares. */
export type Context = Foundations &
  RouterDeps & {
    readonly metrics: Metrics;
    readonly texts: EventTexts;
    readonly lastSeen: LastSeen;
    readonly pusher: Pusher;
    readonly connections: Connections;
    readonly revocations: Revocations;
    readonly share: LoopShare;
    readonly admission: Admission;
    readonly held: HeldBytes;
    readonly strangers: Strangers;
    readonly rateLimits: RateLimits;
    /** The one way from a token to a person, on every wire; throws UNAUTHORIZED. Provisions on first contact. */
    readonly authenticate: Authenticate;
    readonly erasures: Erasures;
    readonly legacySessions: OtherSessions;
    readonly fileCollector: FileCollector;
    readonly lastingLinkOf: (attachment: Attachment) => string;
    readonly retention: Retention;
    readonly findSharedEmails: (
      viewerId: UserId,
      userIds: readonly UserId[],
    ) => Promise<ReadonlyMap<UserId, string>>;
  };

/** Makes everything a server owns, on the database it was given. */
export function createContext(foundations: Foundations, identity: IdentityProvider): Context {
  const { clock, db } = foundations;
  const metrics = new Metrics();
  const lastMessages = createLastMessages(foundations, () => pushes.pusher);
  const texts = new EventTexts((value) => transformer.serialize(value));
  const writes = new UnknownWrites(db, clock);
  const broker = createBroker(foundations, { texts, metrics, lastMessages, writes });
  const tell = (news: News) => broker.publish(topics.news(), news);
  const people = createPeople(foundations, { broker, lastMessages });
  const viewers = new ViewerCache(clock);
  const blocks = new Blocks(db);
  const messageLog = new MessageLog({ db, clock, broker, lastMessages, blocks });
  const bounds = createBounds(foundations, metrics);
  const own = { db, clock, broker, writes, lastMessages, blocks, streams: bounds.admission.streams };
  const chats = createChatsDeps(own, messageLog);
  const files = createFiles(foundations, { ...chats, metrics, share: bounds.share });
  const pushes = createPushes(foundations, { ...chats, ...people, metrics });
  const users = { ...tellChats(chats), ...people, blocks, viewers, tell };
  watchSizes(metrics, { ...people, broker, ...pushes });
  return {
    ...foundations,
    ...people,
    ...pushes,
    ...chats,
    ...files,
    metrics,
    texts,
    tell,
    viewers,
    ...createSignIn(foundations, { viewers, tell }, identity),
    ...tellChats(chats),
    ...bounds,
    messageLog,
    ...createOwnData({ ...foundations, ...files, ...chats, ...users, messageLog }),
    legacySessions: createLegacySessions(foundations, lastMessages),
    endTyping: (chatId, userId) => people.typing.clear(chatId, userId),
    findSharedEmails: (viewerId, userIds) => findSharedEmails({ db, lastMessages }, viewerId, userIds),
  };
}

/** The one way in, and what ends before its time. */
function createSignIn(
  { db, env, clock, log }: Foundations,
  { viewers, tell }: Pick<Context, 'viewers' | 'tell'>,
  identity: IdentityProvider,
): Pick<Context, 'revocations' | 'authenticate'> {
  const announce = (keys: readonly string[], at: number) => tell({ type: 'revoked', keys, at });
  const revocations = new Revocations({ db, clock, announce });
  const deps = {
    ...{ log, clock, revocations },
    isNamedModerator: (viewer: Viewer) => isNamed(env.MODERATORS, viewer),
    ensureUser: ensureUser.bind(null, { db, clock, viewers, tell }),
  };
  return { revocations, authenticate: createAuthenticate(deps, identity) };
}

function createBroker(
  { redis, db, clock, log }: Foundations,
  { texts, metrics, lastMessages, writes }: Pick<Context, 'texts' | 'metrics' | 'lastMessages' | 'writes'>,
): Broker {
  if (!redis) return new MemoryBroker(writes);
  const bus = new RedisBroker({ redis, texts, log });
  const relay = new MessageRelay({ db, clock, log, lastMessages, writes, bus });
  metrics.watchBus({ redis, relay });
  return relay;
}

function createLegacySessions({ db, clock, redis }: Foundations, lastMessages: LastMessages): OtherSessions {
  const shelf = redis ? new RedisSessionShelf({ redis, clock }) : new DatabaseSessionShelf({ db, clock });
  const others = redis && { findPlaces: findPlaces.bind(null, { db, lastMessages }) };
  return new KeptSessions({ shelf, cursorAt: toTimeCursor, ...others });
}

/** What files need of others, and what they keep to. */
function createFiles(
  foundations: Foundations,
  { memberships, metrics, share }: Pick<Context, 'memberships' | 'metrics' | 'share'>,
) {
  const { db, env, clock, linkKey } = foundations;
  const deps: FilesDeps = {
    ...foundations,
    metrics,
    storage: openStorage(env),
    rules: toFileRules(env),
    inspections: new FairGate(inspectionBounds, { clock, share }),
    isShownIn: isAttachmentShown.bind(null, { db, memberships }),
    isInMessage: isInMessage.bind(null, { db }),
  };
  return {
    ...deps,
    fileCollector: new FileCollector(deps),
    lastingLinkOf: (attachment: Attachment) => lastingLinkOf(attachment, linkKey),
  };
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

type OwnDataParts = Foundations &
  UsersDeps &
  Pick<ChatsDeps, 'broker' | 'changeGroup'> &
  Pick<MessagesDeps, 'messageLog'> &
  FilesDeps;

/** What of a person stands where, and what erases it. */
function createOwnData(parts: OwnDataParts) {
  const closeUser = (userId: UserId, reason: CloseReason) =>
    parts.tell({ type: 'closeUser', userId, reason });
  const dataPlaces = createDataRegistry(parts);
  return {
    dataPlaces,
    closeUser,
    erasures: new Erasures({ ...parts, dataPlaces, closeUser }),
    retention: new Retention(parts),
  };
}

/** Who is there, who looks, who types, and on which connections. */
function createPeople(foundations: Foundations, parts: Pick<Context, 'broker' | 'lastMessages'>) {
  const { broker } = parts;
  const lastSeen = new LastSeen(foundations);
  const presence = createPresence(foundations, { ...parts, lastSeen });
  const foreground = createForeground(foundations);
  const typing = new TypingState(broker, foundations.clock);
  const connections = new Connections({ presence, foreground, onRemoved: (id) => typing.stopDevice(id) });
  return { lastSeen, presence, foreground, typing, connections };
}

/** A process that died is noticed by then. */
const silentMaxMs = 20_000;

function createPresence(
  { redis, db, clock, log }: Foundations,
  { broker, lastSeen, lastMessages }: Pick<Context, 'broker' | 'lastSeen' | 'lastMessages'>,
): PresenceStore {
  const deps = { broker, clock, log, noteLastSeen: lastSeen.note.bind(lastSeen) };
  if (!redis) return new MemoryPresenceStore(deps);
  const onNodeGone = ({ hasDied }: { readonly hasDied: boolean }) =>
    void repairChats({ db, clock, broker, lastMessages })
      .catch((error: unknown) => log.error({ err: error }, 'what a process left that ended is not made good'))
      .then(() => hasDied && tellMissed(redis, clock.now() - silentMaxMs));
  return new RedisPresenceStore({ ...deps, redis, onNodeGone });
}

/** The people who look at one of their devices: who is there, of whom nobody is told and who has no grace. */
function createForeground({ redis, clock, log }: Foundations): PresenceStore {
  const quiet = { broker: { publish: () => undefined }, noteLastSeen: () => undefined };
  const deps = { ...quiet, clock, log, graceMs: 0 };
  return redis
    ? new RedisPresenceStore({ ...deps, redis, name: 'foreground' })
    : new MemoryPresenceStore(deps);
}

/** Sent messages wait to be pushed, where there is a way to push. */
function createLastMessages(foundations: Foundations, pusher: () => Pusher): LastMessages {
  const { PUSH, PUSH_DELAY_SECONDS } = foundations.env;
  const delayMs = PUSH_DELAY_SECONDS * 1_000;
  const pushing = { delayMs, wake: () => pusher().wakeAfter(delayMs) };
  const isShared = foundations.redis !== null;
  return new LastMessages({ ...foundations, isShared, pushing: PUSH === 'off' ? undefined : pushing });
}

function createPushes(
  foundations: Foundations,
  parts: Pick<Context, 'lastMessages' | 'countUnread' | 'metrics' | 'foreground' | 'blocks'>,
): Pick<Context, 'pushChannels' | 'findSilenced' | 'findPushOutcomes' | 'pusher'> {
  const pushChannels = createPushChannels(foundations);
  const findSilenced = async (userId: UserId) => [...(await parts.blocks.of(userId)).blocked];
  const pusher = new Pusher({ ...foundations, ...parts, pushChannels, findSilenced });
  return { pushChannels, findSilenced, pusher, findPushOutcomes: findPushOutcomes.bind(null, foundations) };
}

function isNamed(names: Env['MODERATORS'] = [], { id, email }: Viewer): boolean {
  return names.some((name) => name === id || name.toLowerCase() === email);
}

function watchSizes(
  metrics: Metrics,
  { connections, broker, pusher }: Pick<Context, 'connections' | 'broker' | 'pusher'>,
): void {
  metrics.gauge('whisper_pushes_waiting', {
    help: 'News of chats that wait to be pushed to devices, as last counted.',
    read: () => pusher.waiting,
  });
  metrics.gauge('whisper_connections', {
    help: 'Open sockets and event streams of signed-in people, on every wire.',
    read: () => connections.size,
  });
  metrics.gauge('whisper_subscriptions', {
    help: 'What is listened to: live feeds have one or two topics each, the process one of its own.',
    read: () => broker.size,
  });
}
