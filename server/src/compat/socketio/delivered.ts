import type { Message, UserId } from '@whisper/shared';

/** Messages remembered to know exactly what the client has; when it lags by more, some may come twice. */
const sentMax = 500;

/** The offset of a client that has seen no message yet. */
const firstOffset = 'start';

/**
 * What one client was sent, over all of its connections. A client that comes back names the last offset it saw, so
 * what went into a connection that was dead already counts as missed; what it missed is read from the log again.
 */
export class Delivered {
  readonly userId: UserId;
  readonly #startedAt: number;
  /** Position in the log's stream by message id, oldest first. */
  readonly #sent = new Map<string, string>();
  #missed: ReadonlySet<string> = new Set();
  #startCursor: string | undefined;
  #isCatchingUp = false;

  constructor(userId: UserId, startedAt: number) {
    this.userId = userId;
    this.#startedAt = startedAt;
  }

  /** The offset of the last message. */
  get offset(): string {
    return this.#lastId ?? firstOffset;
  }

  /** Notes a position of the stream up to which nothing is missing. */
  markComplete(cursor: string): void {
    const lastId = this.#lastId;
    if (lastId === undefined) this.#startCursor = cursor;
    else this.#sent.set(lastId, cursor);
    this.#startCursor ??= cursor;
    this.#isCatchingUp = false;
  }

  /** Notes a message and returns its offset, or undefined when the client is not to get it again. */
  add({ id, createdAt }: Message, cursor: string): string | undefined {
    const isKnown = this.#sent.has(id) || this.#isFromBefore(id, createdAt);
    if (isKnown) return undefined;
    this.#sent.set(id, cursor);
    const [oldest] = this.#sent.keys();
    if (this.#sent.size > sentMax && oldest !== undefined) this.#sent.delete(oldest);
    return id;
  }

  /** Goes back to what the client saw last, and returns the position from which to read on. */
  rewind(offset: string): string | undefined {
    const ids = [...this.#sent.keys()];
    this.#missed = new Set(ids.slice(ids.indexOf(offset) + 1));
    for (const id of this.#missed) this.#sent.delete(id);
    this.#isCatchingUp = true;
    return [...this.#sent.values()].at(-1) ?? this.#startCursor;
  }

  get #lastId(): string | undefined {
    return [...this.#sent.keys()].at(-1);
  }

  /** The stream overlaps when it is read again; what is older than the first connection is not news. */
  #isFromBefore(id: string, createdAt: Date): boolean {
    return this.#isCatchingUp && !this.#missed.has(id) && createdAt.getTime() < this.#startedAt;
  }
}
