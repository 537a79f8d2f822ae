import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { AnyTRPCRouter, TRPCError } from '@trpc/server';
import type { WebSocket } from 'ws';
import { Answers } from './answers.ts';
import type { SocketBounds } from './bounds.ts';
import type { Clock } from './clock.ts';
import type { SocketClose, SocketCloseCodes } from './close-codes.ts';
import type { FeedFrames } from './feed-frames.ts';
import type { OpenSocket, TrpcSocketHost } from './host.ts';
import {
  hasConnectionParams,
  parseConnectionParams,
  parseFrame,
  receivedBytesMax,
  type Frame,
  type Incoming,
} from './incoming.ts';
import type { LoopShare } from './loop-share.ts';
import { Outgoing, type FlushTurn, type Reader } from './outgoing.ts';
import { SocketCalls, type Arrival, type CallScope } from './socket-calls.ts';
import { SocketSubscriptions } from './socket-subscriptions.ts';
import { encodeTextFrame } from './text-frame.ts';
import { UnreadFrames } from './unread-frames.ts';

/** What all sockets of a server share. */
export type SharedParts = {
  readonly host: TrpcSocketHost<AnyTRPCRouter>;
  readonly router: AnyTRPCRouter;
  readonly bounds: SocketBounds;
  readonly closeCodes: SocketCloseCodes;
  readonly clock: Clock;
  readonly share: LoopShare;
  readonly turn: FlushTurn;
  readonly frames: FeedFrames;
  /** The connection under the socket is gone. */
  readonly forget: (socket: TrpcSocket) => void;
};

type SocketOptions = {
  readonly ws: WebSocket;
  /** The connection under the WebSocket. */
  readonly stream: Duplex;
  readonly request: IncomingMessage;
};

const notices = {
  ping: encodeTextFrame('PING'),
  pong: encodeTextFrame('PONG'),
  reconnect: encodeTextFrame(JSON.stringify({ id: null, method: 'reconnect' })),
};

const [ping, pong] = [Buffer.from('PING'), Buffer.from('PONG')];

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
  readonly #unread: UnreadFrames;
  #request: IncomingMessage | undefined;
  #isAdmitted = false;
  #refusal: TRPCError | undefined;
  #context: Promise<unknown> | undefined;
  #farewells: (() => void)[] = [];
  #cancelDeadline: () => void = () => undefined;
  #wasHeard = true;
  #isClosed = false;

  constructor(shared: SharedParts, { ws, stream, request }: SocketOptions) {
    this.shared = shared;
    this.#ws = ws;
    this.openedAt = shared.clock.now();
    this.outgoing = new Outgoing(stream, shared, this);
    this.answers = new Answers(shared, this.outgoing, this.id);
    this.#calls = new SocketCalls(this);
    this.#subscriptions = new SocketSubscriptions(this);
    this.#request = request;
    this.#unread = new UnreadFrames(ws, shared);
    this.#listen(stream);
    if (hasConnectionParams(request)) this.#expectParams();
    else void this.#openContext(null);
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get heldBytes(): number {
    return this.#unread.bytes + this.#calls.heldBytes + this.outgoing.unsentBytes;
  }

  admit(): void {
    this.#isAdmitted = true;
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
    this.#checkUnread();
    this.outgoing.send(notices.ping);
  }

  /** Resolves when the calls in flight are answered. */
  finishCalls(): Promise<void> {
    return this.#calls.finish();
  }

  #listen(stream: Duplex): void {
    this.#ws.on('message', (data, isBinary) => {
      this.#wasHeard = true;
      this.#unread.markWhole();
      if (this.#isClosed) return;
      if (isBinary || !Buffer.isBuffer(data)) return this.#refuseFrame();
      this.#receive(data);
    });
    // After ws has read it: what is left is a frame that is not whole.
    stream.on('data', (chunk: Buffer) => this.#unread.add(chunk.length, () => this.#checkUnread()));
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

  /** Frames, and messages of a frame, that this turn has no room for are read in later ones, one at least in each. */
  #receive(data: Buffer, isFirst = false): void {
    if (!this.#unread.isPaused && (isFirst || this.shared.share.hasRoom)) return this.#read(data);
    this.#unread.keep(data);
    if (this.#unread.isPaused) return;
    this.#unread.pause();
    this.shared.share.wait(() => this.#readOn());
  }

  #readOn(): void {
    this.#unread.resume((data, isFirst) => {
      if (!this.#isClosed) this.#receive(data, isFirst);
    });
  }

  #read(data: Buffer): void {
    if (data.length > this.#frameBytesMax) return this.#refuseLarge();
    if (data.equals(pong)) return;
    if (data.equals(ping)) return void this.outgoing.send(notices.pong);
    if (!this.#context) return this.#receiveParams(data.toString());
    const frame = parseFrame(data, this.shared.bounds);
    if (frame === 'malformed') return this.#refuseFrame();
    if (frame === 'tooLarge') return this.close(this.shared.closeCodes.frameTooLarge);
    if (this.#refusal) return this.#refuseCalls(frame, this.#refusal);
    this.answers.refuseSurplus(frame.surplusIds, 'Too much at once: make this call again');
    const bytes = Math.ceil(data.length / Math.max(1, frame.messages.length));
    this.#handleFrom(0, frame.messages, bytes);
  }

  /** Each of them takes so many bytes. */
  #handleFrom(start: number, messages: readonly Incoming[], bytes: number): void {
    let batchIndex = start;
    do {
      const incoming = messages[batchIndex];
      if (incoming && !this.#isClosed) this.#handle(incoming, { batchIndex, bytes });
      batchIndex += 1;
    } while (batchIndex < messages.length && this.shared.share.hasRoom);
    if (batchIndex < messages.length && !this.#isClosed) {
      this.#unread.pause();
      this.shared.share.wait(() => this.#handleFrom(batchIndex, messages, bytes));
    } else if (this.#unread.isPaused) this.#readOn();
  }

  #refuseCalls({ messages, surplusIds }: Frame, refusal: TRPCError): void {
    const ids = messages.flatMap((incoming) => {
      const isCall = 'message' in incoming && incoming.message.method !== 'subscription.stop';
      return isCall ? [incoming.message.id] : [];
    });
    this.answers.refuseAll([...ids, ...surplusIds], refusal);
  }

  get #frameBytesMax(): number {
    const { bounds } = this.shared;
    return this.#isAdmitted ? receivedBytesMax(bounds) : bounds.strangerFrameBytesMax;
  }

  #checkUnread(): void {
    const { bounds, closeCodes } = this.shared;
    if (this.#unread.isLargerThan(this.#frameBytesMax)) return this.#refuseLarge();
    if (this.#unread.isOlderThan(bounds.frameDeadlineMs)) this.close(closeCodes.slowWriter);
  }

  #refuseLarge(): void {
    const { strangerFrame, frameTooLarge } = this.shared.closeCodes;
    this.close(this.#isAdmitted ? frameTooLarge : strangerFrame);
    // What is left of the frame is not read. The connection is cut when the peer does not close it.
    this.#ws.pause();
  }

  #expectParams(): void {
    const { clock, bounds, closeCodes } = this.shared;
    this.#cancelDeadline = clock.after(bounds.paramsDeadlineMs, () => this.close(closeCodes.paramsDeadline));
  }

  #receiveParams(text: string): void {
    const message = parseConnectionParams(text);
    if (!message) return this.#refuseFrame();
    this.#cancelDeadline();
    // What follows is read when it is known who sends it.
    this.#unread.pause();
    const readOn = () => this.#readOn();
    void this.#openContext(message.data).then(readOn, readOn);
  }

  /** A context that cannot be made is every call's to report; until one comes, nobody need hear of it. */
  #openContext(connectionParams: unknown): Promise<unknown> {
    const context = this.#createContext(connectionParams);
    context.then(
      (value) => {
        this.#refusal = this.shared.host.refusalOf?.(value);
      },
      () => undefined,
    );
    this.#context = context;
    return context;
  }

  async #createContext(connectionParams: unknown): Promise<unknown> {
    const request = this.#request;
    this.#request = undefined;
    if (!request) throw new TypeError('A socket has one context');
    return this.shared.host.createContext({ connectionParams, socket: this, request });
  }

  #handle(incoming: Incoming, arrival: Arrival): void {
    if ('error' in incoming) return this.answers.fail(incoming, incoming.error);
    const { message } = incoming;
    if (message.method === 'subscription.stop') return this.#subscriptions.stop(message.id);
    if (message.method === 'subscription') return this.#subscriptions.start(message, arrival.batchIndex);
    const hostHasRoom = this.shared.host.hasRoomFor?.(this, arrival.bytes) ?? true;
    if (hostHasRoom && this.#calls.hasRoomFor(arrival.bytes)) this.#calls.add(message, arrival);
    else this.answers.refuseSurplus([message.id], 'Too many calls wait on this connection');
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
