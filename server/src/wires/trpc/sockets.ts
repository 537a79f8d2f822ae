import type { AnyTRPCRouter } from '@trpc/server';
import {
  closeCodes,
  ConnectionParamsSchema,
  isTooOld,
  limits,
  type CloseReason,
  type UserId,
} from '@whisper/shared';
import {
  createTrpcSocketServer,
  type CallFailure,
  type EventTexts,
  type OpenSocket,
  type SocketClose,
  type SocketOpening,
  type TrpcSocketServer,
} from '@whisper/trpc-socket';
import type { Connection } from '../../delivery/connections.ts';
import { afterExpiry } from '../../identity/after-expiry.ts';
import type { Holder } from '../../delivery/held-bytes.ts';

import type { Identity } from '../../identity/viewer.ts';
import { AppError, toAppError } from '../../platform/errors.ts';
import type { Metrics } from '../../platform/metrics.ts';
import { costOfUnknown, type CallingSocket, type RequestContext } from '../../trpc.ts';
import { ask } from '../ask.ts';
import type { WireDeps } from '../deps.ts';

export type SocketDeps = WireDeps & {
  readonly metrics: Pick<Metrics, 'deliveries' | 'closes'>;
  /** The texts of events; made by the sockets where nobody else uses them. */
  readonly texts?: EventTexts;
};

/** Whose socket it is. */
const people = new WeakMap<OpenSocket, UserId>();

const reasonsByCode = new Map(
  Object.entries(closeCodes).map(([reason, { code }]): [number, string] => [code, reason]),
);

/** tRPC over WebSockets, for whoever signs in with a token in the connection parameters. */
export function createTrpcSockets(deps: SocketDeps, router: AnyTRPCRouter): TrpcSocketServer {
  return createTrpcSocketServer({ ...createSocketHost(deps), router });
}

/** What this server is to its sockets: who signs in, what is bounded, what is told and counted. */
export function createSocketHost(deps: SocketDeps) {
  const { authDeadline, ...codes } = closeCodes;
  return {
    clock: deps.clock,
    ...(deps.texts && { texts: deps.texts }),
    share: deps.share,
    closeCodes: { ...codes, paramsDeadline: authDeadline },
    bounds: {
      frameBytesMax: limits.frameBytesMax,
      strangerFrameBytesMax: limits.strangerFrameBytesMax,
      messagesPerFrameMax: limits.callsPerFrameMax,
      subscriptionsMax: limits.subscriptionsPerSocketMax,
      pauseAtBytes: limits.outgoingBytesMax,
      stalledMs: limits.stalledMs,
      paramsDeadlineMs: limits.authDeadlineMs,
    },
    createContext: (opening: SocketOpening) => signIn(deps, opening),
    refusalOf: ({ identity, refusal }: RequestContext) =>
      identity ? undefined : (refusal ?? new AppError('UNAUTHORIZED', 'Sign in first')),
    admitUnknown: async ({ identity, admission }: RequestContext) => {
      if (!identity) return;
      await admission.spend({ personId: identity.viewer.id, cost: costOfUnknown(1), isRefusedLate: true });
    },
    hasRoomFor: (socket: OpenSocket, bytes: number) => deps.held.hasRoomFor(people.get(socket) ?? '', bytes),
    onError: (failure: CallFailure) => logFailure(deps, failure),
    onDelivered: () => {
      deps.metrics.deliveries += 1;
    },
    onClose: (_socket: OpenSocket, { code }: SocketClose) =>
      deps.metrics.closes.inc({ reason: reasonsByCode.get(code) ?? 'other' }),
  };
}

/** Nobody is refused here: that is for the procedures to do, call by call. */
async function signIn(deps: SocketDeps, opening: SocketOpening): Promise<RequestContext> {
  const { socket, request, connectionParams } = opening;
  const cancelDeadline = deps.clock.after(limits.authDeadlineMs - (deps.clock.now() - socket.openedAt), () =>
    close(socket, 'authDeadline'),
  );
  socket.onClosed(cancelDeadline);
  const params = ConnectionParamsSchema.safeParse(connectionParams);
  if (params.success && isTooOld(params.data.contract)) close(socket, 'clientTooOld');
  const asker = await ask(deps, request, params.success ? params.data.token : undefined);
  if (asker.refusal?.reason === 'suspended') close(socket, 'suspended');
  if (asker.identity === null || socket.isClosed) {
    return { ...asker, socket: null, answer: null, admission: deps.admission, isRefusedLate: true };
  }
  cancelDeadline();
  socket.admit();
  people.set(socket, asker.identity.viewer.id);
  const isForeground = params.success && params.data.foreground;
  const signedIn = new SignedInSocket(deps, { socket, identity: asker.identity, isForeground });
  signedIn.join();
  return signedIn.context;
}

type Opened = {
  readonly socket: OpenSocket;
  readonly identity: Identity;
  readonly isForeground: boolean;
};

/** A socket of which it is known whose it is: one of the person's connections, and what their calls arrive on. */
class SignedInSocket implements Connection, CallingSocket, Holder {
  readonly id: string;
  readonly userId: UserId;
  readonly isForeground: boolean;
  /** The same object for all calls of the socket, so that the next ones see a refreshed identity. */
  readonly context: RequestContext;
  readonly #deps: SocketDeps;
  readonly #socket: OpenSocket;
  #identity: Identity;
  #cancelExpiry: () => void = () => undefined;

  constructor(deps: SocketDeps, { socket, identity, isForeground }: Opened) {
    this.id = socket.id;
    this.userId = identity.viewer.id;
    this.isForeground = isForeground;
    this.#deps = deps;
    this.#socket = socket;
    this.#identity = identity;
    this.context = {
      identity,
      refusal: null,
      socket: this,
      answer: null,
      admission: deps.admission,
      isRefusedLate: true,
    };
  }

  /** Closes the socket when the person has as many as they may. */
  join(): void {
    if (!this.#deps.connections.add(this)) return this.close('tooManySockets');
    this.#armExpiry();
    const forget = this.#deps.held.add(this.userId, this);
    this.#socket.onClosed(() => {
      forget();
      this.#cancelExpiry();
      this.#deps.connections.remove(this);
    });
  }

  /** Of the newest token, which may name another session than the first. */
  get sessionId(): string | null {
    return this.#identity.sessionId;
  }

  get isHidden(): boolean {
    return this.#identity.viewer.isHidden;
  }

  get heldBytes(): number {
    return this.#socket.heldBytes;
  }

  release(): void {
    this.close('overloaded');
  }

  refresh(identity: Identity): void {
    if (this.#socket.isClosed) return;
    this.#identity = identity;
    Object.assign(this.context, { identity });
    this.#armExpiry();
  }

  setForeground(isForeground: boolean): void {
    this.#deps.connections.setForeground(this, isForeground);
  }

  close(reason: CloseReason): void {
    close(this.#socket, reason);
  }

  notifyDraining(): void {
    this.#socket.notifyDraining();
  }

  move(): void {
    this.#socket.notifyDraining();
  }

  #armExpiry(): void {
    this.#cancelExpiry();
    this.#cancelExpiry = afterExpiry(this.#deps, this.#identity, () => this.close('tokenExpired'));
  }
}

function close(socket: OpenSocket, reason: CloseReason): void {
  const { code, reason: text } = closeCodes[reason];
  socket.close({ code, reason: text });
}

/** Only what the code threw by mistake. An error's message may quote data, so it stays out of the log. */
function logFailure({ log }: Pick<SocketDeps, 'log'>, { error, requestId, type, path }: CallFailure): void {
  const { code, cause } = toAppError(error);
  if (code !== 'INTERNAL_SERVER_ERROR') return;
  const call = { requestId: requestId.slice(0, 128), type, path: path?.slice(0, 64) };
  log.error({ ...call, ...describeError(cause) }, 'A call failed unexpectedly');
}

function describeError(thrown: unknown): { readonly error: string; readonly frames?: readonly string[] } {
  const root = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown;
  if (!(root instanceof Error)) return { error: typeof root };
  const frames = (root.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return { error: root.name, frames: frames.map((line) => line.trim()) };
}
