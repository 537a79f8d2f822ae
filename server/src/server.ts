import { limits } from '@whisper/shared';
import { refuseUpgrade } from '@whisper/trpc-socket';
import { createServer } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { createChatIndexes } from './chats/create-chat-indexes.ts';
import { createContext, type Context } from './context.ts';
import { createFileIndexes } from './files/create-file-indexes.ts';
import { uploadsPath } from './files/links.ts';
import { readLinkKey } from './files/read-link-key.ts';
import { takeOffBasePath } from './http/base-path.ts';
import { createCors } from './http/cors.ts';
import { followNews } from './follow-news.ts';
import type { Lifecycle } from './http/health.ts';
import {
  closePort,
  createListener,
  endStalledAnswers,
  firstSegmentOf,
  openPort,
  OpenStreams,
} from './http/listener.ts';
import { endSlowRequests } from './http/slow-requests.ts';
import { answerUnreadable } from './http/unreadable.ts';
import { endPipelines } from './http/pipelines.ts';
import { answerPlainly, isWebSocketUpgrade } from './http/upgrades.ts';
import { openIdentityProvider, type IdentityProvider } from './identity/identity-provider.ts';
import { createRevocationIndexes } from './identity/revocations.ts';
import { createMessageIndexes } from './messages/log/create-message-indexes.ts';
import { repairChats } from './messages/log/repair-chats.ts';
import { createReportIndexes } from './moderation/create-report-indexes.ts';
import { migrateDatabase } from './migrations/migrate-database.ts';
import { systemClock, type Clock } from './platform/clock.ts';
import type { Env } from './platform/env.ts';
import { createLogger, type Logger } from './platform/logger.ts';
import { createOwnDataIndexes } from './own-data/create-own-data-indexes.ts';
import { connectMongo, databaseNameOf } from './platform/mongo.ts';
import { parseRedisUrl } from './platform/redis-address.ts';
import type { Redis } from './platform/redis.ts';
import { openStore, type Store } from './platform/store.ts';
import { createPushIndexes } from './push/create-push-indexes.ts';
import { createAppRouter, createCallers, type AppRouter } from './router.ts';
import { createRoutes } from './routes.ts';
import { createUserIndexes } from './users/create-user-indexes.ts';
import { ensureDemoPeople } from './users/ensure-demo-people.ts';
import { attachSocketIo, isSocketIoUrl } from './wires/socketio/attach-socketio.ts';
import { createLegacySessionIndexes } from './wires/socketio/session-shelf.database.ts';
import { trpcPath } from './wires/trpc/http.ts';
import { createTrpcSockets } from './wires/trpc/sockets.ts';

type StartOptions = {
  readonly env: Env;
  readonly clock?: Clock;
  readonly log?: Logger;
  /** Opened already; the server closes it either way. */
  readonly store?: Store;
};

export interface WhisperServer extends AsyncDisposable {
  readonly url: string;
  readonly store: Store['kind'];
  readonly app: Context;
  readonly router: AppRouter;
  /** Says goodbye to clients, finishes what is in flight and closes everything the server opened. */
  close(): Promise<void>;
}

/** A request that is not there in time is answered 408, and its connection closed. Its body has a deadline of its own. */
const deadlines = { headersTimeout: 10_000, requestTimeout: 0, connectionsCheckingInterval: 2_000 };
const bodyDeadlineMs = 30_000;

/** Requests in flight get this long to finish when the server begins to close. */
const closeTimeoutMs = 5_000;

/** What a stalled database keeps from being written then, the next start makes good. */
const settleTimeoutMs = 1_000;

/** Starts the whole backend on one port. Ready for traffic when it resolves. */
export async function startServer(options: StartOptions): Promise<WhisperServer> {
  const { env, clock = systemClock, log = createLogger(env.LOG_LEVEL) } = options;
  const store = options.store ?? (await openStore(env));
  try {
    const [identity, db, redis] = await Promise.all([
      openIdentityProvider({ env, clock, log }),
      connectMongo(store.uri),
      openRedis(env, { uri: store.uri, log }),
      prepareDatabase(store.uri, { clock, log }),
    ]);
    const linkKey = await readLinkKey(db);
    const app = createContext({ env, clock, log, db, redis, linkKey }, identity);
    await followNews(app);
    if (await isFirstToRepair(redis)) await repairChats(app);
    await app.pusher.start();
    if (identity.devIssuer && env.NODE_ENV === 'development') await ensureDemoPeople(app);
    await app.erasures.start();
    app.retention.start();
    app.fileCollector.start();
    return await listen({ app, store, identity });
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Those who share a database meet on it. Loaded only where it is wanted. */
async function openRedis(
  { REDIS_URL }: Env,
  { uri, log }: { readonly uri: string; readonly log: Logger },
): Promise<Redis | null> {
  if (REDIS_URL === undefined) return null;
  const { Redis } = await import('./platform/redis.ts');
  const namespace = `whisper:${databaseNameOf(uri)}`;
  return Redis.open({ address: parseRedisUrl(REDIS_URL), log, namespace });
}

/** Of processes that start together one repairs for all. */
async function isFirstToRepair(redis: Redis | null): Promise<boolean> {
  if (!redis || redis.isAway) return true;
  const script = "return redis.call('set', KEYS[1], ARGV[1], 'nx', 'px', 60000)";
  return (await redis.eval(script, [redis.name('repair')], [redis.nodeId]).catch(() => 'OK')) !== null;
}

const indexMakers = [
  createRevocationIndexes,
  createUserIndexes,
  createChatIndexes,
  createMessageIndexes,
  createFileIndexes,
  createOwnDataIndexes,
  createLegacySessionIndexes,
  createPushIndexes,
  createReportIndexes,
];

/** What is stored gets this version's form, and then its indexes, which data of another form may not fit. */
export async function prepareDatabase(uri: string, deps: Pick<Context, 'clock' | 'log'>): Promise<void> {
  const db = await connectMongo(uri, { isPatient: true });
  try {
    await migrateDatabase({ ...deps, db });
    for (const createIndexes of indexMakers) await createIndexes(db);
  } finally {
    await db.close();
  }
}

type Opened = {
  readonly app: Context;
  readonly store: Store;
  readonly identity: IdentityProvider;
};

async function listen({ app, store, identity }: Opened): Promise<WhisperServer> {
  const lifecycle: Lifecycle = { isDraining: false };
  const streams = new OpenStreams();
  const router = createAppRouter(app);
  const { env } = app;
  const isForLan = env.DEV_SIGN_IN_LAN === 'on';
  if (isForLan) app.log.warn('DEV_SIGN_IN_LAN is on: whoever is in this network may sign in here as anybody');
  const routes = createRoutes({ app, router, devIssuer: identity.devIssuer, lifecycle });
  const listener = createListener({ ...app, routes, basePath: env.BASE_PATH, applyCors: createCors(env) });
  const keepAliveTimeout = env.KEEP_ALIVE_SECONDS * 1_000;
  const http = createServer({ ...deadlines, keepAliveTimeout }, streams.follow(listener));
  answerUnreadable(http);
  app.strangers.follow(http);
  http.on('connection', () => app.share.hurry());
  const sockets = createTrpcSockets(app, router);
  http.on('upgrade', (request, stream, head) => {
    // Whoever was asked to move is not to come back here.
    if (lifecycle.isDraining && app.redis) refuseUpgrade(stream, 503);
    else if (!isWebSocketUpgrade(request)) answerPlainly(http, { request, stream, head });
    else if (firstSegmentOf(request.url) === trpcPath) sockets.handleUpgrade(request, stream, head);
    else if (!isSocketIoUrl(request.url)) refuseUpgrade(stream, 404);
  });
  const socketIo = attachSocketIo({ ...app, createCaller: createCallers(router) }, http);
  takeOffBasePath(http, env.BASE_PATH);
  endSlowRequests(http, { withinMs: bodyDeadlineMs, pacedPath: uploadsPath });
  endStalledAnswers(http, limits.stalledMs);
  endPipelines(http);
  const host = env.HOST ?? (env.isLocalIssuer && !isForLan ? '127.0.0.1' : '0.0.0.0');
  const url = await openPort(http, { host, port: env.PORT });

  const close = async () => {
    lifecycle.isDraining = true;
    const drainedMs = app.redis ? env.DRAIN_SECONDS * 1_000 : 0;
    const deadline = Date.now() + closeTimeoutMs + drainedMs;
    if (app.redis && !app.redis.isAway) await app.connections.moveAway(env.DRAIN_SECONDS * 1_000);
    else app.connections.notifyDraining();
    // The port stays open until the sockets are gone, so that /readyz can say why nothing new is taken.
    await Promise.all([sockets.close(), socketIo.close()]);
    streams.destroy();
    await closePort(http, deadline);
    await closeContext(app);
    await store.close();
  };
  let closing: Promise<void> | undefined;
  const closeOnce = () => (closing ??= close());
  return { url, store: store.kind, app, router, close: closeOnce, [Symbol.asyncDispose]: closeOnce };
}

/** What is under way is finished, in the order in which the one needs the other. */
async function closeContext(app: Context): Promise<void> {
  await Promise.all([app.erasures.close(), app.retention.close(), app.fileCollector.close()]);
  await Promise.race([app.pusher.close(), setTimeout(settleTimeoutMs, undefined, { ref: false })]);
  await app.presence.close();
  await app.lastSeen.write();
  await app.broker.close();
  await app.redis?.close();
  await Promise.race([app.lastMessages.settled(), setTimeout(settleTimeoutMs, undefined, { ref: false })]);
  app.held.close();
  await app.db.close();
}
