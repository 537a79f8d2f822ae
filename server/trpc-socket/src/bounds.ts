/** Everything a client can make the server hold or wait for has a bound here. */
export type SocketBounds = {
  /** Bytes taken of one frame of a client that is known: the calls beyond are refused; four times as much closes with 1009. */
  readonly frameBytesMax: number;
  /** Bytes of one frame, connectionParams included, until the host admits the socket. */
  readonly strangerFrameBytesMax: number;
  /**
   * Messages in one frame. tRPC's client puts everything of one tick into a frame, whatever its user meant by it, so
   * this is wide, and the calls beyond it may be made again.
   */
  readonly messagesPerFrameMax: number;
  /** What a frame may weigh to a parser, see `weighJson`; the calls beyond it may be made again. */
  readonly frameWeightMax: number;
  /** A frame that was begun is whole within this time. */
  readonly frameDeadlineMs: number;
  /** Characters of a call's id, which every answer repeats. */
  readonly idLengthMax: number;
  /** Queries and mutations a socket has running at once; the next ones wait. */
  readonly callsRunningMax: number;
  /** Queries and mutations a socket has waiting; the next ones are refused, and may be made again. */
  readonly callsWaitingMax: number;
  /** Bytes of what calls brought that wait. */
  readonly waitingBytesMax: number;
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
  frameBytesMax: 2 * 1024 * 1024,
  strangerFrameBytesMax: 16 * 1024,
  messagesPerFrameMax: 500,
  frameWeightMax: 20_000,
  frameDeadlineMs: 30_000,
  idLengthMax: 64,
  callsRunningMax: 64,
  callsWaitingMax: 1_000,
  waitingBytesMax: 4 * 1024 * 1024,
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
