/** Every bound a client may meet, in one place: the server enforces them, clients may check first. */
export const limits = {
  /** Characters (UTF-16 code units) of a message's text after trimming. */
  textLengthMax: 8_000,
  queryLengthMax: 100,
  tokenLengthMax: 8_192,
  cursorLengthMax: 512,
  userPageSizeMax: 50,
  chatPageSizeMax: 50,
  messagePageSizeMax: 100,
  changesPageSizeMax: 500,
  /** Bytes of one WebSocket frame or HTTP body from a client. */
  frameBytesMax: 256 * 1024,
  /** Calls in one HTTP or WebSocket batch. */
  batchSizeMax: 50,
  subscriptionsPerSocketMax: 100,
  socketsPerUserMax: 20,
  /** A socket that announced connectionParams sends them within this time. */
  authDeadlineMs: 10_000,
  /** Unsent bytes at which a socket's subscriptions pause until it reads again. */
  outgoingBytesMax: 1024 * 1024,
  /** A socket that stays paused for this long is closed with `slowReader`. */
  stalledMs: 30_000,
  /** Typing ends by itself when it is not renewed for this long. */
  typingTtlMs: 6_000,
  /** How long a person stays online after their last connection closed. */
  offlineGraceMs: 5_000,
} as const;
