import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { AnyTRPCRouter } from '@trpc/server';
import { closeCodes, limits, type CloseReason } from '@whisper/shared';
import type { WebSocket } from 'ws';
import type { AppContext } from '../../app-context.ts';
import type { Connection } from '../../realtime/connections.ts';
import { afterExpiry } from '../after-expiry.ts';
import { createRequestContext, type CallingSocket } from '../request-context.ts';
import type { Identity, RequestContext } from '../request-context.ts';
import { Answers } from './answers.ts';
import type { FeedFrames } from './feed-frames.ts';
import { parseConnectionParams, parseFrame, type Incoming } from './incoming.ts';
import { Outgoing, type FlushTurn } from './outgoing.ts';
import { SocketConnection } from './socket-connection.ts';
import { SocketCalls, type CallScope } from './socket-calls.ts';
import { SocketSubscriptions } from './socket-subscriptions.ts';
import { encodeTextFrame } from './text-frame.ts';

/** What all sockets of a server share. */
export type SocketHost = {
  readonly app: AppContext;
  readonly router: AnyTRPCRouter;
  readonly turn: FlushTurn;
  readonly frames: FeedFrames;
  /** The connection under the socket is gone. */
  readonly onClosed: (socket: TrpcSocket) => void;
};

type SocketOptions = {
  readonly ws: WebSocket;
  /** The connection under the WebSocket. */
  readonly stream: Duplex;
  /** The client said that its first message is connectionParams. */
  readonly announcesParams: boolean;
};

const notices = {
  ping: encodeTextFrame('PING'),
  pong: encodeTextFrame('PONG'),
  reconnect: encodeTextFrame(JSON.stringify({ id: null, method: 'reconnect' })),
};

/** One WebSocket and everything that lives and dies with it. */
export class TrpcSocket implements CallingSocket, CallScope {
  readonly id = randomUUID();
  readonly outgoing: Outgoing;
  readonly answers: Answers;
  readonly #host: SocketHost;
  readonly #ws: WebSocket;
  readonly #calls: SocketCalls;
  readonly #subscriptions: SocketSubscriptions;
  #context: Promise<RequestContext> | undefined;
  #identity: Identity | undefined;
  #connection: Connection | undefined;
  #cancelDeadline: () => void;
  #wasHeard = true;
  #isReleased = false;

  constructor(host: SocketHost, { ws, stream, announcesParams }: SocketOptions) {
    const { clock, log } = host.app;
    this.#host = host;
    this.#ws = ws;
    this.outgoing = new Outgoing({ stream, clock, turn: host.turn, reader: this });
    this.answers = new Answers({ router: host.router, log, outgoing: this.outgoing, socketId: this.id });
    this.#calls = new SocketCalls(this);
    this.#subscriptions = new SocketSubscriptions(this);
    this.#cancelDeadline = clock.after(limits.authDeadlineMs, () => this.close('authDeadline'));
    this.#listen();
    if (!announcesParams) void this.#openContext(undefined);
  }

  get router(): AnyTRPCRouter {
    return this.#host.router;
  }

  get frames(): FeedFrames {
    return this.#host.frames;
  }

  /** Of the newest token, which may name another session than the first. */
  get sessionId(): string | null {
    return this.#identity?.sessionId ?? null;
  }

  context(): Promise<RequestContext> {
    return this.#context ?? this.#openContext(undefined);
  }

  refresh(identity: Identity): void {
    if (this.#isReleased) return;
    this.#identity = identity;
    this.#context = this.#context?.then((context) => ({ ...context, identity }));
    this.#armExpiry();
  }

  /** Says goodbye and lets go of everything; closing twice is harmless. */
  close(reason: CloseReason): void {
    if (this.#isReleased) return;
    const { code, reason: text } = closeCodes[reason];
    this.#host.app.metrics.closes.inc({ reason });
    this.outgoing.flush();
    this.#ws.close(code, text);
    this.#release();
  }

  /** Asks for a sign of life, and closes when the last request for one was not answered. */
  beat(): void {
    if (!this.#wasHeard) return this.close('unresponsive');
    this.#wasHeard = false;
    this.outgoing.send(notices.ping);
  }

  /** Asks the client to reconnect. */
  notifyDraining(): void {
    this.outgoing.send(notices.reconnect);
  }

  /** Resolves when the calls in flight are answered. */
  finishCalls(): Promise<void> {
    return this.#calls.finish();
  }

  #listen(): void {
    this.#ws.on('message', (data, isBinary) => {
      this.#wasHeard = true;
      if (this.#isReleased) return;
      if (isBinary || !Buffer.isBuffer(data)) return this.close('malformed');
      this.#receive(data.toString());
    });
    this.#ws.on('pong', () => {
      this.#wasHeard = true;
    });
    // ws closes by itself on a protocol error, a frame that is too large included.
    this.#ws.on('error', () => this.#release());
    this.#ws.on('close', () => {
      this.#release();
      this.#host.onClosed(this);
    });
  }

  #receive(text: string): void {
    if (text === 'PONG') return;
    if (text === 'PING') return void this.outgoing.send(notices.pong);
    if (!this.#context) return this.#receiveParams(text);
    const frame = parseFrame(text, this.router);
    if (!frame) return this.close('malformed');
    if ('refusedIds' in frame) return this.answers.refuseBatch(frame.refusedIds);
    frame.messages.forEach((incoming, index) => this.#handle(incoming, index));
  }

  #receiveParams(text: string): void {
    const params = parseConnectionParams(text);
    if (!params) return this.close('malformed');
    void this.#openContext(params.token ?? undefined);
  }

  #handle(incoming: Incoming, batchIndex: number): void {
    if ('error' in incoming) return this.answers.fail(incoming, incoming.error);
    const { message } = incoming;
    if (message.method === 'subscription.stop') return this.#subscriptions.stop(message.id);
    const call = { ...message, id: message.id };
    if (call.method === 'subscription') this.#subscriptions.start(call, batchIndex);
    else void this.#calls.run(call, batchIndex);
  }

  /** Never rejects. */
  #openContext(token: string | undefined): Promise<RequestContext> {
    this.#context = createRequestContext(this.#host.app, { token, socket: this }).then((context) => {
      if (context.identity) this.#signIn(context.identity);
      return context;
    });
    return this.#context;
  }

  #signIn(identity: Identity): void {
    if (this.#isReleased) return;
    this.#identity = identity;
    const connection = new SocketConnection(this, identity.viewer.id);
    if (!this.#host.app.connections.add(connection)) return this.close('tooManySockets');
    this.#connection = connection;
    this.#armExpiry();
  }

  #armExpiry(): void {
    this.#cancelDeadline();
    if (!this.#identity) return;
    this.#cancelDeadline = afterExpiry(this.#host.app, this.#identity, () => this.close('tokenExpired'));
  }

  #release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#cancelDeadline();
    this.#subscriptions.stopAll();
    this.#calls.abort();
    this.outgoing.release();
    if (this.#connection) this.#host.app.connections.remove(this.#connection);
  }
}
