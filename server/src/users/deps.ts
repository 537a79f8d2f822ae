import type { Connection as Database } from 'mongoose';
import type { Clock } from '../platform/clock.ts';
import type { News } from '../delivery/topics.ts';
import type { ViewerCache } from './viewer-cache.ts';

/** What this room needs. */
export type UsersDeps = {
  readonly db: Database;
  readonly clock: Clock;
  readonly viewers: ViewerCache;
  /** Tells every process, this one too. */
  readonly tell: (news: News) => void;
};
