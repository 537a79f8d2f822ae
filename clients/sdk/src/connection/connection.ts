import { createTRPCClient, createWSClient, type TRPCClient, type TRPCWebSocketClient } from '@trpc/client';
import { closeCodes, contractVersion, type CloseReason } from '@whisper/shared';
import type { AppRouter } from '@whisper/server';
import { systemClock, type Clock } from '../clock.ts';
import { Value, type Observable } from '../observable.ts';
import { Foreground, pageForeground, type ForegroundWatch } from './foreground.ts';
import { createLinks } from './links.ts';
import { Pace } from './pace.ts';
import { SessionRenewal } from './session-renewal.ts';
import { TimedFetch } from './timed-fetch.ts';
import { TimedSockets } from './timed-sockets.ts';
import { Transport } from './transport.ts';
import { TokenSource, type GetToken } from './token-source.ts';
import { jitteredDelayMs, wait } from './waits.ts';

export type WhisperApi = TRPCClient<AppRouter>;

/** `signedOut`: `getToken` gave null. `unauthorized`: the server would not take a fresh token either. */
export type RefusalReason = CloseReason | 'signedOut' | 'unauthorized';

/**
 * `offline` tries again by itself, after a growing random wait. `refused` and `closed` are final: make a new
 * client once the reason is gone.
 */
export type ConnectionState =
  | { readonly status: 'connecting' }
  | { readonly status: 'open' }
  | { readonly status: 'offline' }
  | { readonly status: 'refused'; readonly reason: RefusalReason; readonly message: string }
  | { readonly status: 'closed' };

export type ConnectionOptions = {
  /** Where the server is, such as `http://127.0.0.1:3000`. */
  readonly url: string;
  readonly getToken: GetToken;
  /** For runtimes without a global one; `@whisper/client/node` brings its own. */
  readonly WebSocket?: typeof WebSocket;
  /** Where there is one, a server behind a proxy that lets no WebSocket through is reached over HTTP alone. */
  readonly EventSource?: typeof EventSource;
  /** Says whether the person looks at this client: while they do, their devices are told of nothing. `pageForeground` unless given. */
  readonly foreground?: ForegroundWatch;
  /** Hears of what is tried again by itself, such as a `getToken` that throws. */
  readonly onError?: (error: unknown) => void;
  readonly clock?: Clock;
  readonly random?: () => number;
};

/** After a connection that held this long, the next wait starts small again. */
const stableMs = 10_000;

/** So many handshakes fail before it is asked whether HTTP alone gets through. */
const handshakesTried = 2;

const refusalMessages: Record<'signedOut' | 'unauthorized', string> = {
  signedOut: 'Nobody is signed in',
  unauthorized: 'The server does not accept this session',
};

/** The typed API over HTTP and one socket that stays open, stays signed in and says how it is. */
export class Connection {
  readonly api: WhisperApi;
  /** The server's address, without a slash at its end. */
  readonly url: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly onError: (error: unknown) => void;
  readonly #state = new Value<ConnectionState>({ status: 'connecting' });
  readonly #stop = new AbortController();
  readonly #wsUrl: string;
  readonly #tokens: TokenSource;
  readonly #sockets: TimedSockets;
  readonly #http: TimedFetch;
  readonly #socket: TRPCWebSocketClient;
  readonly #renewal: SessionRenewal;
  readonly #foreground: Foreground;
  readonly #transport = new Transport();
  readonly #EventSource: typeof EventSource | undefined;
  #wake = new AbortController();
  #attempt = 0;
  #openedAt: number | undefined;

  constructor(options: ConnectionOptions) {
    this.clock = options.clock ?? systemClock;
    this.random = options.random ?? Math.random;
    this.onError = options.onError ?? (() => undefined);
    this.#EventSource = options.EventSource ?? (typeof EventSource === 'undefined' ? undefined : EventSource);
    this.url = options.url.replace(/\/+$/, '');
    const httpUrl = `${this.url}/trpc`;
    this.#wsUrl = httpUrl.replace(/^http/, 'ws');
    this.#tokens = new TokenSource(options.getToken, this.clock);
    this.#sockets = new TimedSockets(socketClassOf(options), this.clock);
    this.#http = new TimedFetch(this.clock);
    this.#socket = this.#openSocket();
    this.api = createTRPCClient({
      links: createLinks({
        httpUrl,
        socket: this.#socket,
        fetch: this.#http.fetch,
        pace: new Pace(),
        transport: this.#transport,
        EventSource: this.#EventSource,
        onStream: (isOpen) => this.#show({ status: isOpen ? 'open' : 'offline' }),
        getToken: () => this.#tokens.get(),
        replaceToken: () => this.#renewal.replaceToken(),
        stoppedBecause: () => stopMessage(this.state.getSnapshot()),
      }),
    });
    this.#foreground = new Foreground({
      watch: options.foreground ?? pageForeground,
      isOpen: () => this.isOpen && this.#transport.way === 'socket',
      tell: (foreground) => this.api.device.setForeground.mutate({ foreground }),
      onError: this.onError,
    });
    this.#renewal = new SessionRenewal({
      tokens: this.#tokens,
      clock: this.clock,
      random: this.random,
      refresh: (token) => this.api.auth.refresh.mutate({ token }),
      isOpen: () => this.isOpen && this.#transport.way === 'socket',
      reopen: () => this.#socket.connection?.ws.close(),
      refuse: (reason) => this.#refuse(reason, refusalMessages[reason]),
      onError: this.onError,
    });
  }

  get state(): Observable<ConnectionState> {
    return this.#state;
  }

  get isOpen(): boolean {
    return this.#state.getSnapshot().status === 'open';
  }

  /** Aborts when the connection is closed or refused. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /**
   * Ends a wait between attempts, drops an attempt under way for a new one, and checks that an open socket still
   * lives. For when the device is online again, or a person asks.
   */
  retryNow(): void {
    if (!this.isOpen) {
      this.#wake.abort();
      this.#tokens.abandon();
    }
    this.#sockets.hurry();
  }

  /** Cannot be undone. Calls under way fail; closing twice is harmless. */
  close(): void {
    this.#end({ status: 'closed' });
  }

  #openSocket(): TRPCWebSocketClient {
    const socket = createWSClient({
      WebSocket: this.#sockets.WebSocket,
      // The wait is made in `url` and not here, where tRPC could neither cut it short nor end it on close.
      retryDelayMs: () => 0,
      url: () => this.#prepareAttempt(),
      connectionParams: async () => ({
        token: (await this.#tokens.get()) ?? '',
        contract: String(contractVersion),
        foreground: this.#foreground.param(),
      }),
      onOpen: () => this.#opened(),
      onClose: (cause) => this.#closed(cause?.code),
    });
    socket.connectionState.subscribe({
      next: ({ state, error }) => {
        if (state === 'pending') this.#show({ status: 'open' });
        else if (error) this.#show({ status: 'offline' });
      },
    });
    return socket;
  }

  async #prepareAttempt(): Promise<string> {
    await this.#backOff();
    if (this.signal.aborted || (await this.#isWithoutSockets())) return pause();
    if (!this.isOpen) this.#show({ status: 'connecting' });
    try {
      if ((await this.#tokens.get()) !== null) return this.#wsUrl;
    } catch (error) {
      this.onError(error);
      throw error;
    }
    this.#refuse('signedOut', refusalMessages.signedOut);
    return pause();
  }

  /** No handshake ever ended well, and the server answers all the same: something between lets no socket through. */
  async #isWithoutSockets(): Promise<boolean> {
    if (this.#transport.way !== undefined || !this.#EventSource || this.#attempt <= handshakesTried)
      return false;
    const isReached = await this.#http.fetch(`${this.url}/livez`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (!isReached || this.signal.aborted) return this.signal.aborted;
    void this.#socket.close();
    this.#show({ status: 'open' });
    this.#transport.choose('http');
    return true;
  }

  async #backOff(): Promise<void> {
    const heldMs = this.#openedAt === undefined ? 0 : this.clock.now() - this.#openedAt;
    this.#openedAt = undefined;
    if (heldMs >= stableMs) this.#attempt = 1;
    const attempt = this.#attempt++;
    if (attempt === 0) return;
    await wait(this.clock, jitteredDelayMs(attempt, this.random), this.#wake.signal);
    if (!this.signal.aborted) this.#wake = new AbortController();
  }

  #opened(): void {
    this.#openedAt = this.clock.now();
    this.#transport.choose('socket');
    this.#wake = new AbortController();
    this.#renewal.schedule();
    this.#foreground.update();
  }

  #closed(code: number | undefined): void {
    if (code === closeCodes.tokenExpired.code) this.#tokens.forget();
    const refusal = refusalFor(code);
    if (refusal) this.#refuse(refusal.reason, refusal.message);
  }

  #refuse(reason: RefusalReason, message: string): void {
    this.#end({ status: 'refused', reason, message });
  }

  #end(state: ConnectionState): void {
    if (this.signal.aborted) return;
    // First, so that whoever hears of the state finds the signal aborted.
    this.#stop.abort();
    this.#state.set(state);
    this.#wake.abort();
    this.#renewal.stop();
    this.#foreground.stop();
    void this.#socket.close();
    // tRPC would keep the socket open until calls under way are answered.
    this.#sockets.end();
    this.#http.end();
    this.#tokens.abandon();
    this.#transport.release();
  }

  #show(state: ConnectionState): void {
    if (this.signal.aborted) return;
    if (state.status !== this.#state.getSnapshot().status) this.#state.set(state);
  }
}

function socketClassOf(options: ConnectionOptions): typeof WebSocket {
  const found = options.WebSocket ?? (typeof WebSocket === 'undefined' ? undefined : WebSocket);
  if (found) return found;
  throw new TypeError(
    'This runtime has no WebSocket. In Node import createWhisperClient from @whisper/client/node; elsewhere pass a class as `WebSocket`.',
  );
}

/** Why the server closed a socket for good; undefined when connecting again may help. */
export function refusalFor(
  closeCode: number | undefined,
): { readonly reason: CloseReason; readonly message: string } | undefined {
  const final = Object.entries(closeCodes).find(
    ([, entry]) => entry.code === closeCode && !entry.shouldReconnect,
  );
  return final && { reason: final[0] as CloseReason, message: final[1].reason };
}

/** Never settles. It ends an attempt without failing it, because tRPC would make the next one at once. */
function pause(): Promise<never> {
  return new Promise(() => undefined);
}

function stopMessage(state: ConnectionState): string | undefined {
  switch (state.status) {
    case 'connecting':
    case 'open':
    case 'offline':
      return undefined;
    case 'refused':
      return state.message;
    case 'closed':
      return 'The client is closed';
  }
}
