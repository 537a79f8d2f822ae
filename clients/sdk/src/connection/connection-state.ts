import type { CloseReason } from '@whisper/shared';

/** `signedOut`: `getToken` gave null. `unauthorized`: the server would not take a fresh token either. */
export type RefusalReason = CloseReason | 'signedOut' | 'unauthorized';

/**
 * `offline` tries again by itself, after a growing random wait. `refused` and `closed` are final: make a new
 * client once the reason is gone.
 */
export type ConnectionState =
  | { readonly status: 'connecting' }
  | { readonly status: 'open' }
  | { readonly status: 'offline' }
  | { readonly status: 'refused'; readonly reason: RefusalReason; readonly message: string }
  | { readonly status: 'closed' };
