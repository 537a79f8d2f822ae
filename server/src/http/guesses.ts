import { hash, timingSafeEqual } from 'node:crypto';
import { createBoundedCache } from '../platform/bounded-cache.ts';
import type { IncomingMessage } from 'node:http';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import { clientAddressOf } from './client-address.ts';

/** Wrong secrets that an address may try in a minute; then it is heard again when that minute is over. */
const wrongMax = 10;
const windowMs = 60_000;

const addressesMax = 10_000;

type Deps = { readonly clock: Clock; readonly log: Logger };

type Attempt = {
  readonly request: IncomingMessage;
  readonly given: string | undefined;
  readonly secret: string;
};

/** `right`, `wrong`, or how long to wait before the next try is looked at, right or wrong. */
export type Verdict = { readonly isRight: boolean; readonly retryAfterMs?: number };

/**
 * Compares what callers give with a secret, and slows down who guesses: per address, a whole IPv6 network being one.
 * The log tells of wrong tries and never of what was tried. While somebody guesses, the right secret waits as well if
 * it comes from the same address.
 */
export class Guesses {
  readonly #deps: Deps;
  readonly #what: string;
  readonly #wrong = createBoundedCache<string, { count: number; readonly endsAt: number }>(addressesMax);

  /** `what` is guessed, by the name of its setting. */
  constructor(deps: Deps, what: string) {
    this.#deps = deps;
    this.#what = what;
  }

  judge({ request, given, secret }: Attempt): Verdict {
    const address = clientAddressOf(request);
    const now = this.#deps.clock.now();
    const known = this.#wrong.get(address);
    const tries = known && now < known.endsAt ? known : { count: 0, endsAt: now + windowMs };
    if (tries.count >= wrongMax) return { isRight: false, retryAfterMs: tries.endsAt - now };
    if (given === undefined) return { isRight: false };
    if (isSame(given, secret)) return { isRight: true };
    tries.count += 1;
    this.#wrong.set(address, tries);
    const facts = { address, setting: this.#what, tries: tries.count };
    this.#deps.log.warn(facts, tries.count < wrongMax ? 'a secret was wrong' : 'a secret was guessed at');
    return { isRight: false };
  }
}

function isSame(given: string, secret: string): boolean {
  return timingSafeEqual(hash('sha256', given, 'buffer'), hash('sha256', secret, 'buffer'));
}
