import type { Clock } from '../platform/clock.ts';
import type { Env } from '../platform/env.ts';
import type { Identity } from './viewer.ts';

/** The longest delay a timer takes; a token that lives longer is looked at again then. */
const timerMsMax = 2 ** 31 - 1;

export type ExpiryDeps = { readonly env: Pick<Env, 'TOKEN_GRACE_SECONDS'>; readonly clock: Clock };

/** Runs `task` when the identity's token has been expired for the grace; the returned function cancels it. */
export function afterExpiry(
  { env, clock }: ExpiryDeps,
  { expiresAt }: Identity,
  task: () => void,
): () => void {
  const endsAt = expiresAt + env.TOKEN_GRACE_SECONDS * 1_000;
  let cancel: () => void;
  const wait = () => {
    const leftMs = Math.max(0, endsAt - clock.now());
    cancel = clock.after(Math.min(leftMs, timerMsMax), () => (clock.now() < endsAt ? wait() : task()));
  };
  wait();
  return () => cancel();
}
