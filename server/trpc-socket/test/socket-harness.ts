import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createTRPCClient, createWSClient, wsLink } from '@trpc/client';
import { TRPCError } from '@trpc/server';
import superjson from 'superjson';
import { WebSocket } from 'ws';
import {
  createTrpcSocketServer,
  type CallFailure,
  type OpenSocket,
  type SocketClose,
  type TrpcSocketHost,
  type TrpcSocketServer,
} from '../src/index.ts';
import { ManualClock } from './manual-clock.ts';
import { RawClient, type OpenOptions } from './raw-client.ts';
import { createTestRouter, type TestContext, type TestHandles, type TestRouter } from './test-router.ts';

type ClientOptions = Partial<Parameters<typeof createWSClient>[0]>;

export interface SocketHarness extends TestHandles, AsyncDisposable {
  readonly url: string;
  readonly clock: ManualClock;
  readonly sockets: TrpcSocketServer;
  /** What the host was told. */
  readonly failures: readonly CallFailure[];
  readonly closes: readonly SocketClose[];
  readonly delivered: () => number;
  /** The open sockets that have a context. */
  readonly present: ReadonlySet<OpenSocket>;
  /** tRPC's own client, unmodified. */
  connect(token: string, options?: ClientOptions): ConnectedClient;
  connectRaw(options?: OpenOptions): Promise<RawClient>;
}

type ConnectedClient = {
  readonly wsClient: ReturnType<typeof createWSClient>;
  readonly trpc: ReturnType<typeof createTRPCClient<TestRouter>>;
};

type Overrides = Pick<TrpcSocketHost<TestRouter>, 'bounds' | 'closeCodes' | 'hasRoomFor'>;

/** The socket server on a port of its own, with a small host and a clock that tests move. */
export async function startSocketServer(overrides: Overrides = {}): Promise<SocketHarness> {
  const handles = createTestRouter();
  const { host, ...told } = createHost(handles.testRouter);
  const sockets = createTrpcSocketServer({ ...host, ...overrides });
  const http = createServer((_request, response) => response.end());
  http.on('upgrade', (request, stream, head) => sockets.handleUpgrade(request, stream, head));
  const url = await listen(http);
  const clients = new Set<{ close(): unknown }>();

  return {
    ...handles,
    ...told,
    url,
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

/** Remembers what it is told. */
function createHost(router: TestRouter) {
  const clock = new ManualClock();
  const failures: CallFailure[] = [];
  const closes: SocketClose[] = [];
  const present = new Set<OpenSocket>();
  let delivered = 0;
  const host: TrpcSocketHost<TestRouter> = {
    router,
    clock,
    createContext({ connectionParams, socket }) {
      present.add(socket);
      socket.onClosed(() => present.delete(socket));
      const context = contextOf(connectionParams);
      if (context.name !== null) socket.admit();
      return context;
    },
    onError: (failure) => void failures.push(failure),
    onDelivered: () => void (delivered += 1),
    onClose: (_socket, close) => void closes.push(close),
  };
  return { host, clock, failures, closes, present, delivered: () => delivered };
}

/** Any token is the name of who calls, but for those that begin with "bad". */
export function contextOf(connectionParams: unknown): TestContext {
  const isNamed =
    typeof connectionParams === 'object' && connectionParams !== null && 'token' in connectionParams;
  const token = isNamed ? connectionParams.token : undefined;
  if (typeof token !== 'string') return { name: null };
  if (!token.startsWith('bad')) return { name: token };
  throw new TRPCError({ code: 'UNAUTHORIZED', message: 'The token is not valid' });
}

export async function listen(http: Server): Promise<string> {
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const address = http.address();
  if (typeof address !== 'object' || !address) throw new TypeError('The server has no port');
  return `ws://127.0.0.1:${address.port}/trpc`;
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
    trpc: createTRPCClient<TestRouter>({ links: [wsLink({ client: wsClient, transformer: superjson })] }),
  };
}
