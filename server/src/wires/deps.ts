import type { LoopShare } from '@whisper/trpc-socket';
import type { Connections } from '../delivery/connections.ts';
import type { HeldBytes } from '../delivery/held-bytes.ts';
import type { Strangers } from '../http/strangers.ts';
import type { Authenticate } from '../identity/viewer.ts';
import type { Admission } from '../platform/admission.ts';
import type { Clock } from '../platform/clock.ts';
import type { Env } from '../platform/env.ts';
import type { Logger } from '../platform/logger.ts';
import type { RateLimits } from '../platform/rate-limits.ts';
import type { OtherSessions } from './socketio/sessions.ts';
import type { LinkTo } from './legacy-view.ts';
import type { CreateCaller } from '../router.ts';

/** What every wire needs. The features are reached through the router alone. */
export type WireDeps = {
  readonly env: Env;
  readonly log: Logger;
  readonly clock: Clock;
  readonly authenticate: Authenticate;
  readonly connections: Connections;
  readonly share: LoopShare;
  readonly admission: Admission;
  readonly held: HeldBytes;
  readonly strangers: Strangers;
  readonly rateLimits: RateLimits;
};

/** A wire that translates also calls procedures. */
export type LegacyDeps = WireDeps & {
  readonly createCaller: CreateCaller;
  /** Below the server’s address; good for some days, because the old apps ask for no other. */
  readonly lastingLinkOf: LinkTo;
  /** Where other processes, and the next life of this one, find its old clients. */
  readonly legacySessions: OtherSessions;
};
