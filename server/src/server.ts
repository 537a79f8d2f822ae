import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import type { AppContext } from './app-context.ts';
import { ensureDemoPeople } from './auth/ensure-demo-people.ts';
import { openIdentityProvider, type IdentityProvider } from './auth/identity-provider.ts';
import { attachSocketIo, isSocketIoUrl } from './compat/socketio/attach-socketio.ts';
import { createChatIndexes } from './chats/create-chat-indexes.ts';
import { createAppContext } from './create-app-context.ts';
import { createMessageIndexes } from './messages/create-message-indexes.ts';
import { repairChats } from './messages/repair-chats.ts';
import type { Lifecycle } from './operations.ts';
import { systemClock, type Clock } from './platform/clock.ts';
import type { Env } from './platform/env.ts';
import { refuseUpgrade } from './platform/http.ts';
import { createLogger, type Logger } from './platform/logger.ts';
import { connectMongo } from './platform/mongo.ts';
import { openStore, type Store } from './platform/store.ts';
import { appRouter } from './router.ts';
import { createRequestListener, firstSegmentOf } from './routes.ts';
import { trpcPath } from './trpc/http.ts';
import { createTrpcSocketServer } from './trpc/socket/trpc-socket-server.ts';
import { createUserIndexes } from './users/create-user-indexes.ts';

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
  readonly app: AppContext;
  /** Says goodbye to clients, finishes what is in flight and closes everything the server opened. */
  close(): Promise<void>;
}

/** Requests in flight get this long to finish when the server begins to close. */
const closeTimeoutMs = 5_000;

/** What a stalled database keeps from being written then, the next start makes good. */
const settleTimeoutMs = 1_000;

/** Starts the whole backend on one port. Ready for traffic when it resolves. */
export async function startServer(options: StartOptions): Promise<WhisperServer> {
  const { env, clock = systemClock, log = createLogger(env.LOG_LEVEL) } = options;
  const store = options.store ?? (await openStore(env));
  try {
    const [identity, db] = await Promise.all([openIdentityProvider(env, clock), connectMongo(store.uri)]);
    const app = createAppContext({ env, clock, log, db }, identity);
    await prepareDatabase(app);
    if (identity.devIssuer && env.NODE_ENV === 'development') await ensureDemoPeople(app);
    return await listen({ app, store, identity });
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function prepareDatabase(app: AppContext): Promise<void> {
  await Promise.all([createUserIndexes(app.db), createChatIndexes(app.db), createMessageIndexes(app.db)]);
  await repairChats(app);
}

type Opened = {
  readonly app: AppContext;
  readonly store: Store;
  readonly identity: IdentityProvider;
};

async function listen({ app, store, identity }: Opened): Promise<WhisperServer> {
  const lifecycle: Lifecycle = { isDraining: false };
  const streams = new Set<ServerResponse>();
  const http = createServer(
    trackStreams(createRequestListener({ app, devIssuer: identity.devIssuer, lifecycle }), streams),
  );
  const sockets = createTrpcSocketServer({ app, router: appRouter });
  http.on('upgrade', (request, stream, head) => {
    if (firstSegmentOf(request.url) === trpcPath) sockets.handleUpgrade(request, stream, head);
    else if (!isSocketIoUrl(request.url)) refuseUpgrade(stream, 404);
  });
  const socketIo = attachSocketIo(app, http);
  const url = await openPort(http, app.env);

  const close = async () => {
    lifecycle.isDraining = true;
    const deadline = Date.now() + closeTimeoutMs;
    app.connections.notifyDraining();
    // The port stays open until the sockets are gone, so that /readyz can say why nothing new is taken.
    await Promise.all([sockets.close(), socketIo.close()]);
    await closeHttp(http, streams, deadline);
    await Promise.race([app.lastMessages.settled(), setTimeout(settleTimeoutMs, undefined, { ref: false })]);
    await app.db.close();
    await store.close();
  };
  let closing: Promise<void> | undefined;
  const closeOnce = () => (closing ??= close());
  return { url, store: store.kind, app, close: closeOnce, [Symbol.asyncDispose]: closeOnce };
}

/** Remembers the answers that never end by themselves (SSE), so that closing need not wait for them. */
function trackStreams(listener: RequestListener, streams: Set<ServerResponse>): RequestListener {
  return (request, response) => {
    if (request.headers.accept === 'text/event-stream') {
      streams.add(response);
      response.on('close', () => streams.delete(response));
    }
    listener(request, response);
  };
}

function openPort(http: Server, env: Env): Promise<string> {
  const host = env.HOST ?? (env.isLocalIssuer ? '127.0.0.1' : '0.0.0.0');
  return new Promise((resolve, reject) => {
    http.once('error', reject);
    http.listen(env.PORT, host, () => {
      http.off('error', reject);
      const address = http.address();
      const port = typeof address === 'object' && address ? address.port : env.PORT;
      resolve(`http://${host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host}:${port}`);
    });
  });
}

async function closeHttp(
  http: Server,
  streams: ReadonlySet<ServerResponse>,
  deadline: number,
): Promise<void> {
  const closed = new Promise<void>((resolve) => http.close(() => resolve()));
  for (const stream of streams) stream.destroy();
  // A connection that is answered now stays open for the next request, which never comes.
  const sweep = setInterval(() => {
    if (Date.now() < deadline) http.closeIdleConnections();
    else http.closeAllConnections();
  }, 50);
  await closed;
  clearInterval(sweep);
}
