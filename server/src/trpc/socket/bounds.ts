/** The bounds of a socket that concern nobody but this folder; the others are in shared/src/limits.ts. */
export const bounds = {
  /** Queries and mutations a socket may have running at once. */
  callsInFlightMax: 100,
  /**
   * Messages in one frame. tRPC's client puts everything of one tick into a frame, whatever its user meant by it, so
   * this is wide: a reconnect brings all subscriptions back, and calls have `callsInFlightMax`.
   */
  messagesPerFrameMax: 500,
  /** Characters of a call's id, which every answer repeats. */
  idLengthMax: 64,
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
