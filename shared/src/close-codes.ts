/**
 * Why the server closed a WebSocket. 41xx: reconnect, with backoff; 45xx: reconnecting would end the same way,
 * so stop and tell the person. `shouldReconnect` is the rule, the ranges are its mnemonic.
 */
export const closeCodes = {
  slowReader: { code: 4100, reason: 'The connection did not keep up', shouldReconnect: true },
  tokenExpired: { code: 4101, reason: 'The session token expired', shouldReconnect: true },
  authDeadline: { code: 4102, reason: 'Nobody signed in on this connection in time', shouldReconnect: true },
  draining: { code: 4103, reason: 'The server is restarting', shouldReconnect: true },
  unresponsive: { code: 4104, reason: 'A ping was not answered', shouldReconnect: true },
  strangerFrame: { code: 4105, reason: 'Sign in before sending a large frame', shouldReconnect: true },
  slowWriter: { code: 4106, reason: 'A frame did not arrive in time', shouldReconnect: true },
  overloaded: { code: 4107, reason: 'Too much is held for this person', shouldReconnect: true },
  sessionRevoked: { code: 4500, reason: 'The session was revoked', shouldReconnect: false },
  userDeleted: { code: 4501, reason: 'The account was deleted', shouldReconnect: false },
  malformed: { code: 4502, reason: 'A frame could not be understood', shouldReconnect: false },
  tooManySockets: { code: 4503, reason: 'Too many connections for one person', shouldReconnect: false },
  clientTooOld: {
    code: 4504,
    reason: 'This app is too old for the server: update it',
    shouldReconnect: false,
  },
  suspended: { code: 4505, reason: 'The account is suspended', shouldReconnect: false },
  frameTooLarge: { code: 1009, reason: 'A frame was too large', shouldReconnect: true },
} as const;

export type CloseReason = keyof typeof closeCodes;

/** Unknown codes (a proxy's, a crash's 1006) mean: reconnect. */
export function shouldReconnect(code: number): boolean {
  return Object.values(closeCodes).find((entry) => entry.code === code)?.shouldReconnect ?? true;
}
