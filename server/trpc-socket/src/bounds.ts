/** Everything a client can make the server hold or wait for has a bound here. */
export type SocketBounds = {
  /** Bytes of one frame of a client; a larger one closes the socket with 1009. */
  readonly frameBytesMax: number;
  /**
   * Messages in one frame. tRPC's client puts everything of one tick into a frame, whatever its user meant by it, so
   * this is wide: a reconnect brings all subscriptions back, and calls have `callsInFlightMax`.
   */
  readonly messagesPerFrameMax: number;
  /** Characters of a call's id, which every answer repeats. */
  readonly idLengthMax: number;
  /** Queries and mutations a socket may have running at once. */
  readonly callsInFlightMax: number;
  readonly subscriptionsMax: number;
  /** Unsent bytes at which a socket's subscriptions pause until it reads again. */
  readonly pauseAtBytes: number;
  /** Unsent bytes, subscriptions paused and all, at which a socket is closed at once with `slowReader`. */
  readonly unsentBytesMax: number;
  /** A socket that stays paused for this long is closed with `slowReader`. */
  readonly stalledMs: number;
  /** A socket that announced connectionParams sends them within this time. */
  readonly paramsDeadlineMs: number;
  /** A client is asked for a sign of life this often; one that gave none since the last time is gone. */
  readonly pingIntervalMs: number;
  /** How long the peer may take to answer a close frame before the connection is cut. */
  readonly closeTimeoutMs: number;
  /** How long a closing server waits for the calls in flight. */
  readonly finishCallsMs: number;
  /** Frames of one event kept for reuse: as many as there are distinct subscription ids, up to this. */
  readonly framesPerEventMax: number;
};

export const defaultBounds: SocketBounds = {
  frameBytesMax: 256 * 1024,
  messagesPerFrameMax: 500,
  idLengthMax: 64,
  callsInFlightMax: 100,
  subscriptionsMax: 100,
  pauseAtBytes: 1024 * 1024,
  unsentBytesMax: 4 * 1024 * 1024,
  stalledMs: 30_000,
  paramsDeadlineMs: 10_000,
  pingIntervalMs: 30_000,
  closeTimeoutMs: 2_000,
  finishCallsMs: 5_000,
  framesPerEventMax: 128,
};
