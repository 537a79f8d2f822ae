import { once } from 'node:events';
import { createServer } from 'node:http';
import { createTRPCClient, createWSClient, wsLink } from '@trpc/client';
import { transformer, UserIdSchema } from '@whisper/shared';
import { WebSocket } from 'ws';
import type { AppContext } from '../../../app-context.ts';
import { readEnv } from '../../../platform/env.ts';
import { AppError } from '../../../platform/errors.ts';
import { Metrics } from '../../../platform/metrics.ts';
import { MemoryBroker } from '../../../realtime/broker.memory.ts';
import { Connections } from '../../../realtime/connections.ts';
import { MemoryPresenceStore } from '../../../realtime/presence-store.memory.ts';
import type { Identity } from '../../request-context.ts';
import { createTrpcSocketServer, type TrpcSocketServer } from '../trpc-socket-server.ts';
import { ManualClock } from '../../../testing/manual-clock.ts';
import { RawClient, type OpenOptions } from './raw-client.ts';
import { createTestRouter, type TestHandles, type TestRouter } from './test-router.ts';

/** How long the tokens of this harness live. */
export const tokenTtlMs = 60_000;

type ClientOptions = Partial<Parameters<typeof createWSClient>[0]>;

export interface SocketHarness extends TestHandles, AsyncDisposable {
  readonly url: string;
  readonly app: AppContext;
  readonly clock: ManualClock;
  readonly logged: readonly unknown[];
  readonly sockets: TrpcSocketServer;
  /** tRPC's own client, unmodified. */
  connect(token: string, options?: ClientOptions): ConnectedClient;
  connectRaw(options?: OpenOptions): Promise<RawClient>;
}

type ConnectedClient = {
  readonly wsClient: ReturnType<typeof createWSClient>;
  readonly trpc: ReturnType<typeof createTRPCClient<TestRouter>>;
};

/** The socket server on a port of its own, with a real broker, real connections and a clock that tests move. */
export async function startSocketServer(): Promise<SocketHarness> {
  const clock = new ManualClock();
  const logged: unknown[] = [];
  const record = (entry: unknown) => void logged.push(entry);
  const log = { debug: record, info: record, warn: record, error: record };
  const app = createApp(clock, log);
  const handles = createTestRouter();
  const sockets = createTrpcSocketServer({ app, router: handles.testRouter });
  const http = createServer((_request, response) => response.end());
  http.on('upgrade', (request, stream, head) => sockets.handleUpgrade(request, stream, head));
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const address = http.address();
  if (typeof address !== 'object' || !address) throw new TypeError('The server has no port');
  const url = `ws://127.0.0.1:${address.port}/trpc`;
  const clients = new Set<{ close(): unknown }>();

  return {
    ...handles,
    url,
    app,
    clock,
    logged,
    sockets,
    connect(token, options = {}) {
      const client = connectTrpc(url, token, options);
      clients.add(client.wsClient);
      return client;
    },
    async connectRaw(options) {
      const client = await RawClient.open(url, options);
      const entry = { close: () => client.ws.terminate() };
      clients.add(entry);
      void client.closed.then(() => clients.delete(entry));
      return client;
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) void client.close();
      await sockets.close();
      http.close();
    },
  };
}

function connectTrpc(url: string, token: string, options: ClientOptions): ConnectedClient {
  const wsClient = createWSClient({
    url,
    // The types of ws and of the DOM differ in listeners that tRPC's client does not use.
    WebSocket: WebSocket as unknown as typeof globalThis.WebSocket,
    connectionParams: () => ({ token }),
    retryDelayMs: () => 1,
    ...options,
  });
  return {
    wsClient,
    trpc: createTRPCClient<TestRouter>({ links: [wsLink({ client: wsClient, transformer })] }),
  };
}

/** What a socket needs of the app; the procedures of the test router need no more. */
function createApp(clock: ManualClock, log: AppContext['log']): AppContext {
  const env = readEnv({ NODE_ENV: 'test' });
  const broker = new MemoryBroker();
  const presence = new MemoryPresenceStore(broker, clock);
  const connections = new Connections(presence);
  const app: Partial<AppContext> = {
    env,
    log,
    clock,
    broker,
    presence,
    connections,
    metrics: new Metrics(),
  };
  return { ...app, authenticate: (token) => authenticate(token, clock) } as AppContext;
}

/** Any name is a good token, but for those that begin with "bad". */
function authenticate(token: string | undefined, clock: ManualClock): Promise<Identity> {
  if (!token || token.startsWith('bad')) {
    return Promise.reject(new AppError('UNAUTHORIZED', 'The token is not valid'));
  }
  const id = UserIdSchema.parse(Buffer.from(token).toString('hex').padEnd(24, '0').slice(0, 24));
  const user = { id, name: token, email: `${token}@example.com`, avatar: null };
  const viewer = { id, clerkId: token, user };
  return Promise.resolve({ viewer, sessionId: `session of ${token}`, expiresAt: clock.now() + tokenTtlMs });
}
