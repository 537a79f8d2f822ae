import type { User, UserId } from '@whisper/shared';

/** The person a request speaks for. */
export type Viewer = {
  readonly id: UserId;
  readonly clerkId: string;
  readonly user: User;
  /** Nobody is told whether they are there. */
  readonly isHidden: boolean;
  /** Theirs alone: no answer about them holds it. */
  readonly email?: string;
};

/** What a verified token says: who, in which session, until when (epoch milliseconds). */
export type Identity = {
  readonly viewer: Viewer;
  readonly sessionId: string | null;
  readonly expiresAt: number;
  /** Whether they may do what moderators may. */
  readonly isModerator: boolean;
};

export type AuthenticateOptions = {
  /** Accept a token that expired at most this long ago: for clients that cannot refresh theirs. Default 0. */
  readonly expiredForAtMostMs?: number;
  /** The browser sent the token by itself, so it must name the page it was made for. Default false. */
  readonly isOfCookie?: boolean;
};

/** From a token to a person; throws UNAUTHORIZED, or SERVICE_UNAVAILABLE when that cannot be found out now. */
export type Authenticate = (token: string | undefined, options?: AuthenticateOptions) => Promise<Identity>;
