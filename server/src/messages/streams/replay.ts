import type { MessagesDeps } from '../deps.ts';

/** What the streams need. */
export type StreamDeps = Pick<
  MessagesDeps,
  'db' | 'broker' | 'lastMessages' | 'memberships' | 'messageLog' | 'metrics' | 'reads'
>;

/** Messages a subscriber may have missed before a `reset` is cheaper for everyone than a replay. */
export const replayMax = 5_000;

/** Messages read, and handed to the subscriber, at a time. */
export const replayPageSize = 50;
