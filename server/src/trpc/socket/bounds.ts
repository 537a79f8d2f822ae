import { limits } from '@whisper/shared';

/** The bounds of a socket that concern nobody but this folder; the others are in shared/src/limits.ts. */
export const bounds = {
  /** Queries and mutations a socket may have running at once. */
  callsInFlightMax: 100,
  /** Messages in one frame: a full batch of calls, and as many subscriptions as a socket holds, twice. */
  messagesPerFrameMax: limits.batchSizeMax + 2 * limits.subscriptionsPerSocketMax,
  /** Unsent bytes, feeds paused and all, at which a socket is closed at once. */
  unsentBytesMax: 4 * 1024 * 1024,
  /** A client is asked for a sign of life this often; one that gave none since the last time is gone. */
  pingIntervalMs: 30_000,
  /** How long the peer may take to answer a close frame before the connection is cut. */
  closeTimeoutMs: 2_000,
  /** How long a closing server waits for the calls in flight. */
  finishCallsMs: 5_000,
  /** Frames of one event kept for reuse: as many as there are distinct subscription ids, up to this. */
  framesPerEventMax: 128,
} as const;
