import {
  createTRPCClientProxy,
  createTRPCUntypedClient,
  createWSClient,
  httpBatchLink,
  httpLink,
  wsLink,
  type TRPCClient,
  type TRPCUntypedClient,
  type TRPCWebSocketClient,
} from '@trpc/client';
import type { AppRouter } from '@whisper/server';
import { devTokens, refusalFor, systemClock, TokenSource, Value, type GetToken } from '@whisper/client';
import { contractHeader, contractVersion, transformer } from '@whisper/shared';
import { appUrl } from './app-url.ts';
import type { ProcedureKind } from './description.ts';
import { toCallError, type Outcome, type Transport, type WirePart } from './outcome.ts';
import { framesOfCall, recordingFetch, recordingSocket, type Frame } from './recording.ts';
import { Stream, type StreamRequest } from './stream.ts';

/** Whom a seat speaks for: somebody the local issuer knows by name, or whoever a pasted token says. */
export type SignIn =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'token'; readonly token: string };

type Client = TRPCUntypedClient<AppRouter>;

export type Call = {
  readonly path: string;
  readonly kind: Exclude<ProcedureKind, 'subscription'>;
  readonly input: unknown;
  readonly transport: Transport;
};

const trpcUrl = new URL('trpc', appUrl).href;

/** How long the socket stays open with nothing running on it. */
const socketIdleMs = 5_000;
const renewalGapMinMs = 1_000;
/** Longer ones are cut in two: not every proxy passes them. */
const urlLengthMax = 4_000;

/** One person's connection to the server: their token, their calls and their running subscriptions. */
export class Session {
  /** For what the page itself wants to know, over the socket. */
  readonly api: TRPCClient<AppRouter>;
  readonly streams = new Value<readonly Stream[]>([]);
  readonly #tokens: TokenSource;
  /** A pasted token stays what it is. */
  readonly #isRenewable: boolean;
  readonly #taps = new Set<(frame: Frame) => void>();
  readonly #socket: TRPCWebSocketClient;
  readonly #socketClient: Client;
  readonly #batchClient: Client;
  #renewal: ReturnType<typeof setTimeout> | undefined;

  constructor(signIn: SignIn) {
    this.#tokens = new TokenSource(getTokenOf(signIn), systemClock);
    this.#isRenewable = signIn.kind === 'name';
    this.#socket = createWSClient({
      url: trpcUrl.replace(/^http/, 'ws'),
      connectionParams: async () => ({ token: await this.getToken(), contract: String(contractVersion) }),
      WebSocket: recordingSocket((frame) => this.#tell(frame)),
      lazy: { enabled: true, closeMs: socketIdleMs },
      onOpen: () => this.#scheduleRenewal(),
      onClose: (cause) => this.#onClose(cause?.code),
    });
    this.#socketClient = createTRPCUntypedClient<AppRouter>({
      links: [wsLink({ client: this.#socket, transformer })],
    });
    this.api = createTRPCClientProxy(this.#socketClient);
    const headers = () => this.#headers();
    this.#batchClient = createTRPCUntypedClient<AppRouter>({
      links: [httpBatchLink({ url: trpcUrl, transformer, headers, maxURLLength: urlLengthMax })],
    });
  }

  /** Never throws: whatever happens is the outcome. */
  async call({ path, kind, input, transport }: Call): Promise<Outcome> {
    const wire: WirePart[] = [];
    const tap = framesOfCall(path, wire);
    this.#taps.add(tap);
    const client = transport === 'http' ? this.#createHttpClient(wire) : this.#socketClient;
    const at = new Date();
    const startedAt = performance.now();
    const finish = (result: Outcome['result']): Outcome => {
      this.#taps.delete(tap);
      return { path, at, ms: performance.now() - startedAt, transport, wire, result };
    };
    try {
      const data = kind === 'query' ? await client.query(path, input) : await client.mutation(path, input);
      return finish({ ok: true, data });
    } catch (error) {
      return finish({ ok: false, error: toCallError(error) });
    }
  }

  /** What the page asks by itself: everything of one moment in one request. Undefined when it is refused. */
  async ask(path: string, input: object): Promise<unknown> {
    try {
      return await this.#batchClient.query(path, input);
    } catch {
      return undefined;
    }
  }

  watch(request: StreamRequest): Stream {
    const stream = new Stream(this.#socketClient, request);
    this.streams.set([...this.streams.getSnapshot(), stream]);
    return stream;
  }

  dismiss(stream: Stream): void {
    stream.stop();
    this.streams.set(this.streams.getSnapshot().filter((each) => each !== stream));
  }

  /** A token for a field that asks for one. */
  async getToken(): Promise<string> {
    return (await this.#tokens.get()) ?? '';
  }

  close(): void {
    clearTimeout(this.#renewal);
    for (const stream of this.streams.getSnapshot()) stream.stop();
    void this.#socket.close();
  }

  #createHttpClient(wire: WirePart[]): Client {
    return createTRPCUntypedClient<AppRouter>({
      links: [
        httpLink({
          url: trpcUrl,
          transformer,
          headers: () => this.#headers(),
          fetch: recordingFetch(wire),
        }),
      ],
    });
  }

  async #headers(): Promise<Record<string, string>> {
    return {
      authorization: `Bearer ${await this.getToken()}`,
      [contractHeader]: String(contractVersion),
    };
  }

  #tell(frame: Frame): void {
    for (const tap of this.#taps) tap(frame);
  }

  /** The server closes a socket whose token expired, unless it was told a newer one. */
  #scheduleRenewal(): void {
    clearTimeout(this.#renewal);
    if (!this.#isRenewable) return;
    const delayMs = Math.max(renewalGapMinMs, this.#tokens.renewInMs());
    this.#renewal = setTimeout(() => void this.#renew(), delayMs);
  }

  async #renew(): Promise<void> {
    if (!this.streams.getSnapshot().some((stream) => stream.isRunning)) return;
    try {
      await this.#socketClient.mutation('auth.refresh', { token: await this.getToken() });
    } catch {
      // The server closes a socket whose token ended; the next connection asks for a token of its own.
    }
    this.#scheduleRenewal();
  }

  #onClose(code: number | undefined): void {
    clearTimeout(this.#renewal);
    const refusal = refusalFor(code);
    if (!refusal) return;
    for (const stream of this.streams.getSnapshot()) stream.fail(refusal.message);
  }
}

function getTokenOf(signIn: SignIn): GetToken {
  switch (signIn.kind) {
    case 'name':
      return devTokens(appUrl.href, signIn.name);
    case 'token':
      return () => signIn.token;
  }
}
