import {
  createTRPCClient,
  createWSClient,
  httpBatchLink,
  splitLink,
  wsLink,
  type CreateTRPCClient,
} from '@trpc/client';
import { limits, transformer, type Me } from '@whisper/shared';
import WebSocket from 'ws';
import type { AppRouter } from '../router.ts';

/** Both wires of tRPC for one person: queries and mutations over HTTP, subscriptions over one WebSocket. */
export class TestClient {
  readonly api: CreateTRPCClient<AppRouter>;
  /** The same procedures, all of them over the WebSocket. */
  readonly socketApi: CreateTRPCClient<AppRouter>;
  readonly me: Me;
  readonly token: string;
  readonly #socket: ReturnType<typeof createWSClient>;

  private constructor(
    parts: Pick<TestClient, 'api' | 'socketApi' | 'me' | 'token'>,
    socket: ReturnType<typeof createWSClient>,
  ) {
    this.api = parts.api;
    this.socketApi = parts.socketApi;
    this.me = parts.me;
    this.token = parts.token;
    this.#socket = socket;
  }

  static async open(url: string, token: string): Promise<TestClient> {
    const socket = createWSClient({
      url: `${url.replace('http', 'ws')}/trpc`,
      connectionParams: { token },
      WebSocket: WebSocket as unknown as typeof globalThis.WebSocket,
      lazy: { enabled: true, closeMs: 60_000 },
    });
    const overSocket = wsLink<AppRouter>({ client: socket, transformer });
    const overHttp = httpBatchLink<AppRouter>({
      url: `${url}/trpc`,
      transformer,
      maxItems: limits.batchSizeMax,
      headers: { authorization: `Bearer ${token}` },
    });
    const api = createTRPCClient<AppRouter>({
      links: [
        splitLink({ condition: (op) => op.type === 'subscription', true: overSocket, false: overHttp }),
      ],
    });
    const socketApi = createTRPCClient<AppRouter>({ links: [overSocket] });
    return new TestClient({ api, socketApi, token, me: await api.auth.me.query() }, socket);
  }

  async close(): Promise<void> {
    await this.#socket.close();
  }
}
