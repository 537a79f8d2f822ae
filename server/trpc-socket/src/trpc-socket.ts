import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { AnyTRPCRouter } from '@trpc/server';
import type { WebSocket } from 'ws';
import { Answers } from './answers.ts';
import type { SocketBounds } from './bounds.ts';
import type { Clock } from './clock.ts';
import type { SocketClose, SocketCloseCodes } from './close-codes.ts';
import type { FeedFrames } from './feed-frames.ts';
import type { OpenSocket, TrpcSocketHost } from './host.ts';
import { parseConnectionParams, parseFrame, type Incoming } from './incoming.ts';
import { Outgoing, type FlushTurn, type Reader } from './outgoing.ts';
import { SocketCalls, type CallScope } from './socket-calls.ts';
import { SocketSubscriptions } from './socket-subscriptions.ts';
import { encodeTextFrame } from './text-frame.ts';

/** What all sockets of a server share. */
export type SharedParts = {
  readonly host: TrpcSocketHost<AnyTRPCRouter>;
  readonly router: AnyTRPCRouter;
  readonly bounds: SocketBounds;
  readonly closeCodes: SocketCloseCodes;
  readonly clock: Clock;
  readonly turn: FlushTurn;
  readonly frames: FeedFrames;
  /** The connection under the socket is gone. */
  readonly forget: (socket: TrpcSocket) => void;
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
export class TrpcSocket implements OpenSocket, CallScope, Reader {
  readonly id = randomUUID();
  readonly openedAt: number;
  readonly outgoing: Outgoing;
  readonly answers: Answers;
  readonly shared: SharedParts;
  readonly #ws: WebSocket;
  readonly #calls: SocketCalls;
  readonly #subscriptions: SocketSubscriptions;
  #context: Promise<unknown> | undefined;
  #farewells: (() => void)[] = [];
  #cancelDeadline: () => void = () => undefined;
  #wasHeard = true;
  #isClosed = false;

  constructor(shared: SharedParts, { ws, stream, announcesParams }: SocketOptions) {
    this.shared = shared;
    this.#ws = ws;
    this.openedAt = shared.clock.now();
    this.outgoing = new Outgoing(stream, shared, this);
    this.answers = new Answers(shared, this.outgoing, this.id);
    this.#calls = new SocketCalls(this);
    this.#subscriptions = new SocketSubscriptions(this);
    this.#listen();
    if (announcesParams) this.#expectParams();
    else void this.#openContext(null);
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  context(): Promise<unknown> {
    return this.#context ?? this.#openContext(null);
  }

  close(close: SocketClose): void {
    if (this.#isClosed) return;
    this.shared.host.onClose?.(this, close);
    this.outgoing.flush();
    this.#ws.close(close.code, close.reason);
    this.#release();
  }

  onClosed(task: () => void): void {
    if (this.#isClosed) task();
    else this.#farewells.push(task);
  }

  onTooSlow(): void {
    this.close(this.shared.closeCodes.slowReader);
  }

  notifyDraining(): void {
    this.outgoing.send(notices.reconnect);
  }

  /** Asks for a sign of life, and closes when the last request for one was not answered. */
  beat(): void {
    if (!this.#wasHeard) return this.close(this.shared.closeCodes.unresponsive);
    this.#wasHeard = false;
    this.outgoing.send(notices.ping);
  }

  /** Resolves when the calls in flight are answered. */
  finishCalls(): Promise<void> {
    return this.#calls.finish();
  }

  #listen(): void {
    this.#ws.on('message', (data, isBinary) => {
      this.#wasHeard = true;
      if (this.#isClosed) return;
      if (isBinary || !Buffer.isBuffer(data)) return this.#refuseFrame();
      this.#receive(data.toString());
    });
    this.#ws.on('pong', () => {
      this.#wasHeard = true;
    });
    // ws closes by itself on a protocol error, a frame that is too large included.
    this.#ws.on('error', () => this.#release());
    this.#ws.on('close', () => {
      this.#release();
      this.shared.forget(this);
    });
  }

  #receive(text: string): void {
    if (text === 'PONG') return;
    if (text === 'PING') return void this.outgoing.send(notices.pong);
    if (!this.#context) return this.#receiveParams(text);
    const frame = parseFrame(text, this.shared);
    if (!frame) return this.#refuseFrame();
    if ('refusedIds' in frame) return this.answers.refuseBatch(frame.refusedIds);
    frame.messages.forEach((incoming, index) => this.#handle(incoming, index));
  }

  #expectParams(): void {
    const { clock, bounds, closeCodes } = this.shared;
    this.#cancelDeadline = clock.after(bounds.paramsDeadlineMs, () => this.close(closeCodes.paramsDeadline));
  }

  #receiveParams(text: string): void {
    const message = parseConnectionParams(text);
    if (!message) return this.#refuseFrame();
    this.#cancelDeadline();
    void this.#openContext(message.data);
  }

  /** A context that cannot be made is every call's to report; until one comes, nobody need hear of it. */
  #openContext(connectionParams: unknown): Promise<unknown> {
    const context = this.#createContext(connectionParams);
    context.catch(() => undefined);
    this.#context = context;
    return context;
  }

  async #createContext(connectionParams: unknown): Promise<unknown> {
    return this.shared.host.createContext({ connectionParams, socket: this });
  }

  #handle(incoming: Incoming, batchIndex: number): void {
    if ('error' in incoming) return this.answers.fail(incoming, incoming.error);
    const { message } = incoming;
    if (message.method === 'subscription.stop') return this.#subscriptions.stop(message.id);
    const call = { ...message, id: message.id };
    if (call.method === 'subscription') this.#subscriptions.start(call, batchIndex);
    else void this.#calls.run(call, batchIndex);
  }

  #refuseFrame(): void {
    this.close(this.shared.closeCodes.malformed);
  }

  #release(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#cancelDeadline();
    this.#subscriptions.stopAll();
    this.#calls.abort();
    this.outgoing.release();
    for (const task of this.#farewells) task();
    this.#farewells = [];
  }
}
