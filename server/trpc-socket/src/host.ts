import type { IncomingMessage } from 'node:http';
import type { AnyTRPCRouter, inferRouterContext, TRPCError, TRPCProcedureType } from '@trpc/server';
import type { SocketBounds } from './bounds.ts';
import type { Clock } from './clock.ts';
import type { EventTexts } from './event-texts.ts';
import type { SocketClose, SocketCloseCodes } from './close-codes.ts';
import type { LoopShare } from './loop-share.ts';

/** What an application gives to a socket server. */
export type TrpcSocketHost<Router extends AnyTRPCRouter> = {
  readonly router: Router;
  /**
   * Makes the context of every call of a socket. Called once, as soon as the socket's connectionParams are there; the
   * socket's calls wait for it. When it throws, each of them is answered with that error: the client hears it and
   * does not reconnect in circles.
   */
  createContext(opening: SocketOpening): inferRouterContext<Router> | Promise<inferRouterContext<Router>>;
  /**
   * Why whoever has this context may not call at all. Their calls are then answered with it, and not looked at; the
   * answer is encoded once for all calls of a frame.
   */
  refusalOf?(context: inferRouterContext<Router>): TRPCError | undefined;
  /** A call names no procedure. What this throws is answered instead of that. */
  admitUnknown?(context: inferRouterContext<Router>): Promise<void>;
  /** Hears every error that a client is answered with, and those that nobody waits for any more. */
  onError?(failure: CallFailure): void;
  /** An event of a feed was handed to one subscriber. The hottest path there is: count, and do no more. */
  onDelivered?(): void;
  /** Whether this socket's calls may take so many bytes more. When not, they are refused, and may be made again. */
  hasRoomFor?(socket: OpenSocket, bytes: number): boolean;
  /** The server closes this socket, for a reason of its own or of its host. */
  onClose?(socket: OpenSocket, close: SocketClose): void;
  /** The texts of events, where others use them too; made with the router's transformer. */
  readonly texts?: EventTexts;
  readonly clock?: Clock;
  /** What the sockets share with everything else this process does. */
  readonly share?: LoopShare;
  /** Overrides of `defaultBounds`. */
  readonly bounds?: Partial<SocketBounds>;
  /** Overrides of `defaultCloseCodes`. */
  readonly closeCodes?: Partial<SocketCloseCodes>;
};

export type SocketOpening = {
  /** As the client sent them, unchecked; `null` when it announced none. */
  readonly connectionParams: unknown;
  readonly socket: OpenSocket;
  /** What opened the socket. */
  readonly request: IncomingMessage;
};

/** A socket in its host's hands. */
export interface OpenSocket {
  readonly id: string;
  /** When the socket was opened, by the host's clock. */
  readonly openedAt: number;
  /** Closed from either side. */
  readonly isClosed: boolean;
  /** Bytes this process holds for the socket: what it has not read yet, calls that wait, and what was not sent. */
  readonly heldBytes: number;
  /** It is known who this is: frames may be large from now on. */
  admit(): void;
  /** Ends its calls and subscriptions and says why; closing twice is harmless. */
  close(close: SocketClose): void;
  /** Asks the client to open a new socket and to move its subscriptions there. */
  notifyDraining(): void;
  /** Runs `task` when the socket closes from either side; at once when it is closed already. */
  onClosed(task: () => void): void;
}

/** Which call failed, and why. `error.cause` is what the code threw. */
export type CallFailure = {
  readonly error: TRPCError;
  /** The socket's id and the client's id of the call. */
  readonly requestId: string;
  /** Absent when the message never became a call. A path is the client's word: it may be anything, and long. */
  readonly type: TRPCProcedureType | undefined;
  readonly path: string | undefined;
};
