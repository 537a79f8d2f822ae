import type { Clock } from '../clock.ts';
import { toFailure } from './failure.ts';
import { jitteredDelayMs } from './waits.ts';
import type { TokenSource } from './token-source.ts';

/** What renewal needs of the connection it keeps alive. */
type Session = {
  readonly tokens: TokenSource;
  readonly clock: Clock;
  readonly random: () => number;
  /** Hands a token to the server over the open socket. */
  readonly refresh: (token: string) => Promise<unknown>;
  readonly isOpen: () => boolean;
  /** The server would not take a fresh token on this socket: try once with another socket. */
  readonly reopen: () => void;
  readonly refuse: (reason: 'signedOut' | 'unauthorized') => void;
  readonly onError: (error: unknown) => void;
};

/** Some issuers answer with a cached token until it expires; they are not asked more often than this. */
const renewalGapMinMs = 3_000;

/** Extends the open socket before its token expires, so that subscriptions outlive tokens. */
export class SessionRenewal {
  readonly #session: Session;
  #cancel: () => void = () => undefined;
  #running: Promise<void> | undefined;
  #failures = 0;
  #refusals = 0;

  constructor(session: Session) {
    this.#session = session;
  }

  /** A socket opened with the current token. */
  schedule(): void {
    this.#runAfter(Math.max(renewalGapMinMs, this.#session.tokens.renewInMs()));
  }

  stop(): void {
    this.#cancel();
  }

  /** Gets another token and presents it, after the server refused the last one. Never rejects. */
  replaceToken(): Promise<void> {
    if (!this.#running) this.#session.tokens.forget();
    return this.#renew();
  }

  #runAfter(delayMs: number): void {
    this.#cancel();
    this.#cancel = this.#session.clock.after(delayMs, () => void this.#renew());
  }

  #renew(): Promise<void> {
    this.#cancel();
    this.#running ??= this.#present().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #present(): Promise<void> {
    const { tokens, refresh, isOpen, refuse } = this.#session;
    try {
      const token = await tokens.get();
      if (token === null) return refuse('signedOut');
      // Without a socket there is nothing to extend; the next one opens with this token.
      if (!isOpen()) return;
      await refresh(token);
      this.#failures = 0;
      this.#refusals = 0;
      this.schedule();
    } catch (error) {
      this.#recover(error);
    }
  }

  #recover(error: unknown): void {
    const { tokens, random, isOpen, reopen, refuse, onError } = this.#session;
    const { code } = toFailure(error);
    if (code === 'UNAUTHORIZED') {
      tokens.forget();
      this.#refusals += 1;
      return this.#refusals > 1 ? refuse('unauthorized') : reopen();
    }
    // A socket that died meanwhile is reopened with a token of its own.
    if (code === 'UNREACHABLE' && !isOpen()) return;
    onError(error);
    this.#failures += 1;
    this.#runAfter(jitteredDelayMs(this.#failures, random));
  }
}
