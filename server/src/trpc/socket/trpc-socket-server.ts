import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { AnyTRPCRouter } from '@trpc/server';
import { limits } from '@whisper/shared';
import { WebSocketServer } from 'ws';
import type { AppContext } from '../../app-context.ts';
import { refuseUpgrade } from '../../platform/http.ts';
import { bounds } from './bounds.ts';
import { FeedFrames } from './feed-frames.ts';
import { FlushTurn } from './outgoing.ts';
import { TrpcSocket, type SocketHost } from './trpc-socket.ts';

/**
 * The server side of tRPC's WebSocket protocol, for unmodified tRPC clients: the wire of tRPC's own adapter, with
 * bounds on everything a client can make it hold, and with feeds pushed into the sockets.
 */
export interface TrpcSocketServer {
  /** Takes an upgrade request that is meant for tRPC; the caller has checked the path. */
  handleUpgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void;
  /** Lets the calls in flight finish, closes every socket with `draining` and resolves when all are gone. */
  close(): Promise<void>;
  /** Open sockets, signed in or not. */
  readonly size: number;
}

export function createTrpcSocketServer(options: {
  readonly app: AppContext;
  readonly router: AnyTRPCRouter;
}): TrpcSocketServer {
  return new SocketServer(options.app, options.router);
}

// A variable, because the types of ws do not know `closeTimeout` yet.
const wsOptions = {
  noServer: true,
  clientTracking: false,
  // Frames are built once and written to many sockets, which compression with its state per socket forbids.
  perMessageDeflate: false,
  maxPayload: limits.frameBytesMax,
  closeTimeout: bounds.closeTimeoutMs,
};

class SocketServer implements TrpcSocketServer {
  readonly #host: SocketHost;
  readonly #wss = new WebSocketServer(wsOptions);
  readonly #sockets = new Set<TrpcSocket>();
  #cancelBeat: () => void = () => undefined;
  #isClosing = false;
  #onEmpty: () => void = () => undefined;

  constructor(app: AppContext, router: AnyTRPCRouter) {
    this.#host = {
      app,
      router,
      turn: new FlushTurn(),
      frames: new FeedFrames(app.metrics),
      onClosed: (socket) => this.#forget(socket),
    };
    this.#scheduleBeat();
  }

  get size(): number {
    return this.#sockets.size;
  }

  handleUpgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    if (this.#isClosing) return refuseUpgrade(stream, 503);
    const announcesParams = hasConnectionParams(request);
    this.#wss.handleUpgrade(request, stream, head, (ws) => {
      this.#sockets.add(new TrpcSocket(this.#host, { ws, stream, announcesParams }));
    });
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    this.#cancelBeat();
    const sockets = [...this.#sockets];
    await Promise.race([Promise.all(sockets.map((socket) => socket.finishCalls())), this.#patience()]);
    for (const socket of this.#sockets) socket.close('draining');
    if (this.#sockets.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
    });
  }

  #forget(socket: TrpcSocket): void {
    this.#sockets.delete(socket);
    if (this.#sockets.size === 0) this.#onEmpty();
  }

  #patience(): Promise<void> {
    return new Promise((resolve) => this.#host.app.clock.after(bounds.finishCallsMs, resolve));
  }

  #scheduleBeat(): void {
    this.#cancelBeat = this.#host.app.clock.after(bounds.pingIntervalMs, () => {
      for (const socket of this.#sockets) socket.beat();
      this.#scheduleBeat();
    });
  }
}

function hasConnectionParams({ url = '' }: IncomingMessage): boolean {
  const [, query = ''] = url.split('?', 2);
  return new URLSearchParams(query).get('connectionParams') === '1';
}
