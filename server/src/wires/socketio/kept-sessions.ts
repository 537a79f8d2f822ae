import type { ChatId, UserId } from '@whisper/shared';
import { Delivered } from './delivered.ts';
import { awayMaxMs, type OtherSessions } from './sessions.ts';

/** Who a client is and since when. What it saw last it says itself. */
export type Kept = { readonly userId: UserId; readonly startedAt: number };

/** Holds them by a client's secret id. What is done to one of them is done in the order it was asked for. */
export interface SessionShelf {
  put(pid: string, kept: Kept, forMs: number): Promise<unknown>;
  /** Changes how long it is held from now on, if it is. */
  holdFor(pid: string, forMs: number): Promise<unknown>;
  remove(pid: string): Promise<unknown>;
  get(pid: string): Promise<Kept | undefined>;
}

type Deps = {
  readonly shelf: SessionShelf;
  /** Where the stream of all of a person's chats stood at that time. */
  readonly cursorAt: (at: number) => string;
  /**
   * Where the person's chats are in which something may have been written since. Absent where no other process writes, of
   * which this one would hear a moment later.
   */
  readonly findPlaces?: (userId: UserId, since: Date) => Promise<ReadonlyMap<ChatId, number>>;
};

/** As long as an old client may go on with the token of its first connection. */
const connectedMaxMs = 24 * 60 * 60_000;

/** Covers clocks that differ and messages that were on their way into the database. */
const overlapMs = 15_000;

/** A message is delivered some time after its id was made: an offset stands for this much earlier. */
const offsetSpareMs = 30_000;

/** Sessions that other processes find, and the next life of this one. */
export class KeptSessions implements OtherSessions {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  async begin(userId: UserId, at: number): Promise<Delivered | undefined> {
    const { findPlaces, cursorAt } = this.#deps;
    if (!findPlaces) return undefined;
    const places = await findPlaces(userId, new Date(at - 2 * overlapMs));
    const delivered = new Delivered(userId, at - overlapMs, places);
    delivered.markComplete(cursorAt(at));
    return delivered;
  }

  async keep(pid: string, { userId, startedAt }: Delivered): Promise<void> {
    await this.#try(this.#deps.shelf.put(pid, { userId, startedAt }, connectedMaxMs));
  }

  async expectBack(pid: string): Promise<void> {
    await this.#try(this.#deps.shelf.holdFor(pid, awayMaxMs));
  }

  async forget(pid: string): Promise<void> {
    await this.#try(this.#deps.shelf.remove(pid));
  }

  async find(pid: string, offset: string): Promise<Delivered | undefined> {
    const kept = await this.#deps.shelf.get(pid);
    if (!kept) return undefined;
    const { userId, startedAt } = kept;
    const delivered = new Delivered(userId, startedAt);
    delivered.markComplete(this.#deps.cursorAt(Math.max(startedAt, timeOf(offset) - offsetSpareMs)));
    return delivered;
  }

  /** A client whose session could not be kept is a new one when it comes back. */
  async #try(work: Promise<unknown>): Promise<void> {
    await work.catch(() => undefined);
  }
}

/** An offset is the id of a message, which begins with the second it was made in. */
function timeOf(offset: string): number {
  return /^[\da-f]{24}$/.test(offset) ? Number.parseInt(offset.slice(0, 8), 16) * 1_000 : 0;
}
