import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { AnyTRPCRouter } from '@trpc/server';
import { WebSocketServer } from 'ws';
import { defaultBounds } from './bounds.ts';
import { systemClock } from './clock.ts';
import { defaultCloseCodes } from './close-codes.ts';
import { EventTexts } from './event-texts.ts';
import { FeedFrames } from './feed-frames.ts';
import type { TrpcSocketHost } from './host.ts';
import { receivedBytesMax } from './incoming.ts';
import { LoopShare } from './loop-share.ts';
import { FlushTurn } from './outgoing.ts';
import { refuseUpgrade } from './refuse-upgrade.ts';
import { TrpcSocket, type SharedParts } from './trpc-socket.ts';

/**
 * The server side of tRPC's WebSocket protocol, for unmodified tRPC clients: the wire of tRPC's own adapter, with
 * bounds on everything a client can make it hold, and with feeds pushed into the sockets.
 */
export interface TrpcSocketServer {
  /** Takes an upgrade request that is meant for tRPC; the caller has checked the path. */
  handleUpgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void;
  /** Lets the calls in flight finish, closes every socket with `draining` and resolves when all are gone. */
  close(): Promise<void>;
  /** Open sockets. */
  readonly size: number;
}

type Upgrade = { readonly request: IncomingMessage; readonly stream: Duplex; readonly head: Buffer };

export function createTrpcSocketServer<Router extends AnyTRPCRouter>(
  host: TrpcSocketHost<Router>,
): TrpcSocketServer {
  return new SocketServer(host);
}

function textsOf(router: AnyTRPCRouter): EventTexts {
  const { output } = router._def._config.transformer;
  return new EventTexts((value) => output.serialize(value));
}

class SocketServer implements TrpcSocketServer {
  readonly #shared: SharedParts;
  readonly #wss: WebSocketServer;
  readonly #sockets = new Set<TrpcSocket>();
  #cancelBeat: () => void = () => undefined;
  #isClosing = false;
  #onEmpty: () => void = () => undefined;

  constructor(host: TrpcSocketHost<AnyTRPCRouter>) {
    const bounds = { ...defaultBounds, ...host.bounds };
    this.#shared = {
      host,
      router: host.router,
      bounds,
      closeCodes: { ...defaultCloseCodes, ...host.closeCodes },
      clock: host.clock ?? systemClock,
      share: host.share ?? new LoopShare(),
      turn: new FlushTurn(),
      frames: new FeedFrames(host.texts ?? textsOf(host.router), bounds.framesPerEventMax),
      forget: (socket) => this.#forget(socket),
    };
    const { closeTimeoutMs } = bounds;
    // A variable, because the types of ws do not know `closeTimeout` yet.
    const options = {
      noServer: true,
      clientTracking: false,
      // Frames are built once and written to many sockets, which compression with its state per socket forbids.
      perMessageDeflate: false,
      maxPayload: receivedBytesMax(bounds),
      // Each takes some hundred bytes beside what is in it.
      maxFragments: 1_024,
      maxBufferedChunks: 8_192,
      closeTimeout: closeTimeoutMs,
    };
    this.#wss = new WebSocketServer(options);
    this.#scheduleBeat();
  }

  get size(): number {
    return this.#sockets.size;
  }

  handleUpgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    const { share } = this.#shared;
    const open = () => this.#open({ request, stream, head });
    if (share.hasRoom) return open();
    // Nobody else listens to the stream while it waits, and an error that nobody hears ends the process.
    stream.on('error', () => undefined);
    share.wait(open);
  }

  #open({ request, stream, head }: Upgrade): void {
    if (this.#isClosing) return refuseUpgrade(stream, 503);
    this.#wss.handleUpgrade(request, stream, head, (ws) => {
      this.#sockets.add(new TrpcSocket(this.#shared, { ws, stream, request }));
    });
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    this.#cancelBeat();
    await this.#finishCalls();
    for (const socket of this.#sockets) socket.close(this.#shared.closeCodes.draining);
    if (this.#sockets.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
    });
  }

  #forget(socket: TrpcSocket): void {
    this.#sockets.delete(socket);
    if (this.#sockets.size === 0) this.#onEmpty();
  }

  /** Resolves when no call is in flight any more, or at the end of the server's patience. */
  #finishCalls(): Promise<void> {
    const { clock, bounds } = this.#shared;
    return new Promise((resolve) => {
      const cancelPatience = clock.after(bounds.finishCallsMs, resolve);
      const finished = [...this.#sockets].map((socket) => socket.finishCalls());
      void Promise.all(finished).then(cancelPatience).then(resolve);
    });
  }

  #scheduleBeat(): void {
    const { clock, bounds } = this.#shared;
    this.#cancelBeat = clock.after(bounds.pingIntervalMs, () => {
      for (const socket of this.#sockets) socket.beat();
      this.#scheduleBeat();
    });
  }
}
