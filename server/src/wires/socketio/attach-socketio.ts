import { limits } from '@whisper/shared';
import type { Server as HttpServer } from 'node:http';
import type { Duplex } from 'node:stream';
import { Server, type DisconnectReason } from 'socket.io';
import { createCors } from '../../http/cors.ts';
import type { LegacyDeps } from '../deps.ts';
import { admitSocket, type LegacyServer, type AdmittedSocket } from './admit-socket.ts';
import { listenToClient } from './client-events.ts';
import { Delivered } from './delivered.ts';
import { LegacySocket } from './legacy-socket.ts';
import { awayMaxMs, createAdapterClass, Sessions } from './sessions.ts';
import { TaskQueue } from './task-queue.ts';

/** What a client may have sent before the first of it is done. */
const waitingMax = 200;

/** Clients get this long to close their side of a connection when the server closes. */
const closeTimeoutMs = 1_000;

/** Socket.IO answers these itself, requests and upgrades. */
export function isSocketIoUrl(url = ''): boolean {
  return url.startsWith('/socket.io/');
}

export interface SocketIo {
  /** Finishes what clients have sent and closes their connections; they reconnect by themselves. */
  close(): Promise<void>;
}

/** Serves the old Socket.IO interface on `http`, whose own request listener must be there already. */
export function attachSocketIo(deps: LegacyDeps, http: HttpServer): SocketIo {
  const sessions = new Sessions(deps.clock, deps.legacySessions);
  const queues = new Set<TaskQueue>();
  const streams = trackUpgraded(http);
  let isClosing = false;
  const io: LegacyServer = new Server(http, {
    adapter: createAdapterClass(sessions),
    connectionStateRecovery: { maxDisconnectionDuration: awayMaxMs, skipMiddlewares: false },
    connectTimeout: limits.authDeadlineMs,
    allowRequest: (_request, decide) => decide(isClosing ? 'The server is restarting' : null, !isClosing),
    maxHttpBufferSize: limits.packetBytesMax,
    // The default destroys an upgrade of another path that takes longer than a second.
    destroyUpgrade: false,
  });
  io.engine.use(createCors(deps.env));
  io.use((socket, next) => void admitSocket(deps, socket, next));
  io.on('connection', (socket) => serve({ deps, sessions, queues }, socket));
  return {
    async close() {
      isClosing = true;
      await Promise.all([...queues].map((queue) => queue.idle()));
      io.engine.close();
      const timer = setTimeout(() => streams.forEach((stream) => stream.destroy()), closeTimeoutMs);
      await Promise.all(
        [...streams].map((stream) => new Promise((resolve) => stream.once('close', resolve))),
      );
      clearTimeout(timer);
    },
  };
}

function trackUpgraded(http: HttpServer): ReadonlySet<Duplex> {
  const streams = new Set<Duplex>();
  http.on('upgrade', (request, stream) => {
    if (!isSocketIoUrl(request.url)) return;
    streams.add(stream);
    stream.on('close', () => streams.delete(stream));
  });
  return streams;
}

type Host = { readonly deps: LegacyDeps; readonly sessions: Sessions; readonly queues: Set<TaskQueue> };

/** Final, because somebody meant it; after any other end the client comes back. */
const finalReasons: readonly DisconnectReason[] = [
  'client namespace disconnect',
  'server namespace disconnect',
];

function serve({ deps, sessions, queues }: Host, socket: AdmittedSocket): void {
  const { identity } = socket.data;
  if (!identity) return void socket.disconnect(true);
  const { id } = identity.viewer;
  const known = socket.data.delivered;
  const delivered = known ?? new Delivered(id, deps.clock.now());
  const person = new LegacySocket(deps, { socket, identity, delivered });
  const pid = pidOf(socket);
  sessions.hold(pid, person);
  const lastEventId = known?.rewind(String(socket.handshake.auth['offset']));

  const queue = new TaskQueue(waitingMax);
  queues.add(queue);
  queue.add(() => person.open(lastEventId));
  listenToClient({ log: deps.log, socket, person, queue });
  socket.on('disconnect', (reason) => {
    queues.delete(queue);
    person.leave();
    if (finalReasons.includes(reason)) sessions.forget(pid, person);
    else sessions.expectBack(pid, person);
  });
}

/** The secret half of the socket's id. Private in the types alone: it is what adapters keep sessions under. */
function pidOf(socket: AdmittedSocket): string {
  return socket['pid'];
}
