import type { LegacyClientEvents, LegacyServerEvents } from '@whisper/shared/legacy';
import type { DefaultEventsMap, Server, Socket } from 'socket.io';
import { AppError, toAppError } from '../../platform/errors.ts';
import type { Authenticate, Identity } from '../../identity/viewer.ts';
import type { Delivered } from './delivered.ts';

/** `delivered` is there when the client goes on where it was, `identity` once it is admitted. */
type SocketData = { delivered?: Delivered; identity?: Identity };

export type LegacyServer = Server<LegacyClientEvents, LegacyServerEvents, DefaultEventsMap, SocketData>;
export type AdmittedSocket = Socket<LegacyClientEvents, LegacyServerEvents, DefaultEventsMap, SocketData>;

/** The old clients never refresh the token they connected with: one who goes on where they were may be this late. */
const expiredForAtMostMs = 24 * 60 * 60_000;

/** The handshake: `auth.token`, and nothing else, says who connects. */
export async function admitSocket(
  authenticate: Authenticate,
  socket: AdmittedSocket,
  next: (refusal?: Error) => void,
): Promise<void> {
  try {
    socket.data.identity = await identify(authenticate, socket);
    next();
  } catch (error) {
    // The client takes a refusal as final. A connection that closes it opens again, later and later.
    if (toAppError(error).isRetryable) socket.conn.close();
    next(new Error('Authentication error'));
  }
}

async function identify(
  authenticate: Authenticate,
  { data: { delivered }, handshake }: AdmittedSocket,
): Promise<Identity> {
  const token: unknown = handshake.auth['token'];
  const identity = await authenticate(
    typeof token === 'string' ? token : undefined,
    delivered && { expiredForAtMostMs },
  );
  if (delivered && delivered.userId !== identity.viewer.id) {
    throw new AppError('UNAUTHORIZED', 'The session is somebody else’s');
  }
  return identity;
}
