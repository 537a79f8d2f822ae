import { toAppError, type AppError } from '../platform/errors.ts';
import type { Authenticate, AuthenticateOptions, Identity } from './viewer.ts';

/** Who asks, or why nobody is known to. */
export type Asker =
  | { readonly identity: Identity; readonly refusal: null }
  | { readonly identity: null; readonly refusal: AppError | null };

/** Never throws: on a WebSocket a throw makes tRPC's client reconnect for ever. No token means no identity. */
export async function identify(
  authenticate: Authenticate,
  token: string | undefined,
  options?: AuthenticateOptions,
): Promise<Asker> {
  if (token === undefined) return { identity: null, refusal: null };
  try {
    return { identity: await authenticate(token, options), refusal: null };
  } catch (error) {
    return { identity: null, refusal: toAppError(error) };
  }
}
