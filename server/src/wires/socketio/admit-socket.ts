import type { LegacyClientEvents, LegacyServerEvents } from '@whisper/shared/legacy';
import type { DefaultEventsMap, Server, Socket } from 'socket.io';
import { AppError, toAppError } from '../../platform/errors.ts';
import { clientAddressOf } from '../../http/client-address.ts';
import type { Identity } from '../../identity/viewer.ts';
import type { AskDeps } from '../ask.ts';
import type { LegacyDeps } from '../deps.ts';
import type { SocketData } from './sessions.ts';

export type LegacyServer = Server<LegacyClientEvents, LegacyServerEvents, DefaultEventsMap, SocketData>;
export type AdmittedSocket = Socket<LegacyClientEvents, LegacyServerEvents, DefaultEventsMap, SocketData>;

/** The old clients never refresh the token they connected with: one who goes on where they were may be this late. */
const expiredForAtMostMs = 24 * 60 * 60_000;

/** The handshake: `auth.token`, and nothing else, says who connects. */
export async function admitSocket(
  deps: AskDeps & Pick<LegacyDeps, 'legacySessions' | 'clock'>,
  socket: AdmittedSocket,
  next: (refusal?: Error) => void,
): Promise<void> {
  try {
    const identity = await identify(deps, socket);
    socket.data.delivered ??= await deps.legacySessions.begin(identity.viewer.id, deps.clock.now());
    socket.data.identity = identity;
    deps.strangers.welcome(socket.request.socket);
    next();
  } catch (thrown) {
    const error = await spendOfStranger(deps, socket, thrown);
    // The client takes a refusal as final. A connection that closes it opens again, later and later.
    if (toAppError(error).isRetryable) socket.conn.close();
    next(new Error('Authentication error'));
  }
}

/** Over the budget of its address a stranger is not told that the token is wrong, and comes back later. */
async function spendOfStranger(
  deps: AskDeps,
  { request }: AdmittedSocket,
  thrown: unknown,
): Promise<unknown> {
  try {
    await deps.rateLimits.spend({ budget: 'strangers', points: 1 }, clientAddressOf(request));
    return thrown;
  } catch (refusal) {
    return refusal;
  }
}

async function identify(
  { authenticate }: AskDeps,
  { data: { delivered, isUnknown }, handshake }: AdmittedSocket,
): Promise<Identity> {
  const token: unknown = handshake.auth['token'];
  const identity = await authenticate(
    typeof token === 'string' ? token : undefined,
    delivered && { expiredForAtMostMs },
  ).catch((cause: unknown) => {
    throw isUnknown ? new AppError('SERVICE_UNAVAILABLE', 'Sessions cannot be read now', { cause }) : cause;
  });
  if (delivered && delivered.userId !== identity.viewer.id) {
    throw new AppError('UNAUTHORIZED', 'The session is somebody else’s');
  }
  return identity;
}
