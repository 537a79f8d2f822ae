import type { Message, UserId } from '@whisper/shared';

/** Messages remembered one by one; a client that lags by more when its connection breaks gets some twice. */
const sentMax = 500;

/** The offset of a client that has seen no message yet. */
const firstOffset = 'start';

/** Where a message is: in the stream of all chats, and in its chat's log. */
type Sent = { cursor: string; readonly chatId: string; readonly rev: number; readonly seq: number };

/**
 * What one client was sent, over all of its connections. A client that comes back names the last offset it saw, so
 * what went into a connection that was dead already counts as missed; what it missed is read from the log again.
 */
export class Delivered {
  readonly userId: UserId;
  /** When the client connected for the first time. */
  readonly startedAt: number;
  /** By message id, oldest first. */
  readonly #sent = new Map<string, Sent>();
  /** Up to where a chat's messages were sent before the oldest of those. */
  readonly #sentBefore = new Map<string, { readonly rev: number; readonly seq: number }>();
  readonly #missed = new Set<string>();
  /** Where the chats were when the client connected: what was there then is not news. */
  readonly #places: ReadonlyMap<string, number>;
  #startCursor: string | undefined;
  #isCatchingUp = false;

  constructor(userId: UserId, startedAt: number, places: ReadonlyMap<string, number> = new Map()) {
    this.userId = userId;
    this.startedAt = startedAt;
    this.#places = places;
  }

  /** The offset of the last message. */
  get offset(): string {
    return this.#lastId ?? firstOffset;
  }

  /** Notes a position of the stream up to which nothing is missing. */
  markComplete(cursor: string): void {
    const last = this.#sent.get(this.#lastId ?? '');
    if (last) last.cursor = cursor;
    else this.#startCursor = cursor;
    this.#startCursor ??= cursor;
    this.#missed.clear();
    this.#isCatchingUp = false;
  }

  /** Whether a message is new to the client although it was changed before it was sent. */
  isOwed({ id, chatId, seq, createdAt }: Message): boolean {
    if (this.#sent.has(id) || seq <= (this.#sentBefore.get(chatId)?.seq ?? this.#placeOf(chatId)))
      return false;
    return this.#missed.has(id) || createdAt.getTime() >= this.startedAt;
  }

  /** Notes a message and returns its offset, or undefined when the client is not to get it again. */
  add(message: Message, cursor: string): string | undefined {
    const { id, chatId, rev, seq } = message;
    const isSent = this.#sent.has(id) || rev <= (this.#sentBefore.get(chatId)?.rev ?? 0);
    if (isSent || seq <= this.#placeOf(chatId) || this.#isFromBefore(message)) return undefined;
    this.#sent.set(id, { cursor, chatId, rev, seq });
    if (this.#sent.size > sentMax) this.#compact();
    return id;
  }

  /** Goes back to what the client saw last, and returns the position from which to read on. */
  rewind(offset: string): string | undefined {
    const ids = [...this.#sent.keys()];
    const seen = ids.indexOf(offset);
    if (seen === -1) this.#sentBefore.clear();
    for (const id of ids.slice(seen + 1)) {
      this.#missed.add(id);
      this.#sent.delete(id);
    }
    this.#isCatchingUp = true;
    return this.#sent.get(offset)?.cursor ?? this.#startCursor;
  }

  /** Of a chat's older messages the last rev is enough: they were sent in order. */
  #compact(): void {
    const [oldest] = this.#sent;
    if (!oldest) return;
    const [id, { chatId, rev, seq }] = oldest;
    this.#sent.delete(id);
    this.#sentBefore.set(chatId, { rev, seq });
  }

  #placeOf(chatId: string): number {
    return this.#places.get(chatId) ?? 0;
  }

  get #lastId(): string | undefined {
    return [...this.#sent.keys()].at(-1);
  }

  /** The stream overlaps when it is read again; what is older than the first connection is not news. */
  #isFromBefore({ id, createdAt }: Message): boolean {
    return this.#isCatchingUp && !this.#missed.has(id) && createdAt.getTime() < this.startedAt;
  }
}
