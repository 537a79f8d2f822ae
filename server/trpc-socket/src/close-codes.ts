/** What a client is told when the server closes its socket: a WebSocket close code and a short text. */
export type SocketClose = { readonly code: number; readonly reason: string };

/** What the package itself closes sockets for. */
export type SocketCloseCodes = {
  readonly slowReader: SocketClose;
  readonly paramsDeadline: SocketClose;
  readonly draining: SocketClose;
  readonly unresponsive: SocketClose;
  readonly malformed: SocketClose;
  /** A frame larger than a client that is not known may send. */
  readonly strangerFrame: SocketClose;
  readonly frameTooLarge: SocketClose;
  /** A frame was begun and is not whole in time. */
  readonly slowWriter: SocketClose;
};

/** 41xx: reconnecting makes sense. 45xx: it would end the same way. */
export const defaultCloseCodes: SocketCloseCodes = {
  slowReader: { code: 4100, reason: 'The connection did not keep up' },
  paramsDeadline: { code: 4102, reason: 'The connection parameters did not come in time' },
  draining: { code: 4103, reason: 'The server is restarting' },
  strangerFrame: { code: 4105, reason: 'Sign in before sending a large frame' },
  slowWriter: { code: 4106, reason: 'A frame did not arrive in time' },
  unresponsive: { code: 4104, reason: 'A ping was not answered' },
  malformed: { code: 4502, reason: 'A frame could not be understood' },
  // The code that the WebSocket protocol has for it, which ws uses by itself.
  frameTooLarge: { code: 1009, reason: 'A frame was too large' },
};
