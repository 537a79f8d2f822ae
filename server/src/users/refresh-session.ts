import type { Authenticate, Viewer } from '../identity/viewer.ts';
import { AppError } from '../platform/errors.ts';
import type { CallingSocket } from '../trpc.ts';

type Caller = { readonly socket: CallingSocket | null; readonly viewer: Viewer };

/**
 * Extends the open socket the call came on to the new token's end; over HTTP it only checks the token. The token
 * must be the same person's, else FORBIDDEN and the socket keeps its old end.
 */
export async function refreshSession(
  authenticate: Authenticate,
  { socket, viewer }: Caller,
  token: string,
): Promise<{ expiresAt: Date }> {
  const identity = await authenticate(token);
  if (identity.viewer.id !== viewer.id) throw new AppError('FORBIDDEN', 'The token is another person’s');
  socket?.refresh(identity);
  return { expiresAt: new Date(identity.expiresAt) };
}
