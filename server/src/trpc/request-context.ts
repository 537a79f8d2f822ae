import type { User, UserId } from '@whisper/shared';
import type { AppContext } from '../app-context.ts';
import { toAppError, type AppError } from '../platform/errors.ts';

/** The person a request speaks for. */
export type Viewer = {
  readonly id: UserId;
  readonly clerkId: string;
  readonly user: User;
};

/** What a verified token says: who, in which session, until when (epoch milliseconds). */
export type Identity = {
  readonly viewer: Viewer;
  readonly sessionId: string | null;
  readonly expiresAt: number;
};

type AuthenticateOptions = {
  /** Accept a token that expired at most this long ago: for clients that cannot refresh theirs. Default 0. */
  readonly expiredForAtMostMs?: number;
};

/** From a token to a person; throws UNAUTHORIZED, or SERVICE_UNAVAILABLE when that cannot be found out now. */
export type Authenticate = (token: string | undefined, options?: AuthenticateOptions) => Promise<Identity>;

/** The open socket a call arrived on. */
export interface CallingSocket {
  readonly id: string;
  /** The person proved themselves again: the socket lives until the new token expires. */
  refresh(identity: Identity): void;
}

export type RequestContext = {
  readonly app: AppContext;
  readonly identity: Identity | null;
  /** Why there is no identity. Never thrown while the context is made: on a WebSocket that loops reconnects. */
  readonly refusal: AppError | null;
  readonly socket: CallingSocket | null;
};

type RequestOptions = { readonly token: string | undefined; readonly socket?: CallingSocket };

/** Never throws; a bad token becomes a refusal that the procedures' middleware turns into UNAUTHORIZED. */
export async function createRequestContext(
  app: AppContext,
  { token, socket }: RequestOptions,
): Promise<RequestContext> {
  const base = { app, socket: socket ?? null };
  if (token === undefined) return { ...base, identity: null, refusal: null };
  try {
    return { ...base, identity: await app.authenticate(token), refusal: null };
  } catch (error) {
    return { ...base, identity: null, refusal: toAppError(error) };
  }
}
