import { AppError } from '../platform/errors.ts';
import type { RequestContext, Viewer } from '../trpc/request-context.ts';

type Ctx = Pick<RequestContext, 'app' | 'socket'> & { readonly viewer: Viewer };

/**
 * Extends the open socket the call came on to the new token's end; over HTTP it only checks the token. The token
 * must be the same person's, else FORBIDDEN and the socket keeps its old end.
 */
export async function refreshSession(
  { app, socket, viewer }: Ctx,
  token: string,
): Promise<{ expiresAt: Date }> {
  const identity = await app.authenticate(token);
  if (identity.viewer.id !== viewer.id) throw new AppError('FORBIDDEN', 'The token is another person’s');
  socket?.refresh(identity);
  return { expiresAt: new Date(identity.expiresAt) };
}
