/** What a client is told when the server closes its socket: a WebSocket close code and a short text. */
export type SocketClose = { readonly code: number; readonly reason: string };

/**
 * What the package itself closes sockets for. A frame that is too large is not among them: for that the WebSocket
 * protocol has a code of its own, 1009.
 */
export type SocketCloseCodes = {
  readonly slowReader: SocketClose;
  readonly paramsDeadline: SocketClose;
  readonly draining: SocketClose;
  readonly unresponsive: SocketClose;
  readonly malformed: SocketClose;
};

/** 41xx: reconnecting makes sense. 45xx: it would end the same way. */
export const defaultCloseCodes: SocketCloseCodes = {
  slowReader: { code: 4100, reason: 'The connection did not keep up' },
  paramsDeadline: { code: 4102, reason: 'The connection parameters did not come in time' },
  draining: { code: 4103, reason: 'The server is restarting' },
  unresponsive: { code: 4104, reason: 'A ping was not answered' },
  malformed: { code: 4502, reason: 'A frame could not be understood' },
};
