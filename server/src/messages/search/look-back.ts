import type { ChatId } from '@whisper/shared';
import type { Connection as Database } from 'mongoose';
import { findByTerm, findNewestByTerm, type Candidate, type Stretch } from '../log/find-terms.ts';
import { newestFirst, timeMsMax, type Place } from './place.ts';

/** What one call does and no more, however often a word is used. */
export type Bounds = {
  /** Messages that are looked at, and commands to the store. */
  readonly lookedAtMax: number;
  readonly commandsMax: number;
  /** So few are all looked at, whenever they were sent. */
  readonly fewMax: number;
  /** A stretch of time shall hold about so many, and is read whole when it holds no more than the second. */
  readonly stretchSize: number;
  readonly stretchSizeMax: number;
};

const usualBounds: Bounds = {
  lookedAtMax: 1_500,
  commandsMax: 14,
  fewMax: 200,
  stretchSize: 100,
  stretchSizeMax: 250,
};

const growthMax = 16;
/** Messages of one millisecond, which is not divided. */
const momentSizeMax = 100_000;

export type Search = {
  readonly chatIds: readonly ChatId[];
  /** Leads to what fits, and to little else. */
  readonly near: string | RegExp;
  /** A term of everything that fits. */
  readonly far: string;
  /** Nothing that was sent before. */
  readonly since: number;
  /** About when the newest was sent. */
  readonly now: number;
  readonly bounds?: Bounds;
};

/**
 * What the index leads to in a stretch of time, all of it, the newest first; and where it goes on, null at the end. Whoever
 * stops within goes on with `spanMs`.
 */
export type Looked = {
  readonly candidates: readonly Candidate[];
  readonly behind: Place | null;
  readonly spanMs: number | null;
};

/**
 * Goes back in time through what may fit. Few are taken at once, whenever they were sent. Of what is frequent the index is
 * read stretch by stretch, each as long as the messages found before it let expect, so that no call reads more than it may.
 * Ends when that is spent: whoever asks goes on from `behind`.
 */
export async function* lookBack(db: Database, search: Search, place: Place): AsyncGenerator<Looked> {
  const { lookedAtMax, commandsMax, fewMax, stretchSize } = search.bounds ?? usualBounds;
  const oldest = search.since - 1;
  let { at: until, last, from } = place;
  let spent = 0;
  if (from === null) {
    const few = await findByTerm(db, { ...search, term: search.near, limit: fewMax + 1 });
    if (few.length <= fewMax)
      return yield { candidates: few.toSorted(newestFirst), behind: null, spanMs: null };
    spent = few.length;
    // More have the far term than the near one.
    const isSame = search.near === search.far;
    from = Math.min(until, search.now) - spanOf(few, search, isSame ? stretchSize : stretchSize / 10);
  }
  from = Math.max(oldest, from);
  for (let commands = 0; commands < commandsMax && spent < lookedAtMax; commands += 1) {
    const { candidates, reached } = await readStretch(db, search, { from, until });
    spent += candidates.length;
    if (reached === null) {
      from = shorten(candidates, search, { from, until });
      yield { candidates: [], behind: { at: until, last, from }, spanMs: null };
      continue;
    }
    if (reached < search.since) return yield { candidates, behind: null, spanMs: timeMsMax };
    const spanMs = nextSpan(candidates, stretchSize, { from: reached, until });
    [until, last, from] = [reached, null, Math.max(oldest, reached - spanMs)];
    yield { candidates, behind: { at: until, last, from }, spanMs };
  }
}

/** `reached`: everything that was sent later is here. Null: there is too much, and this is some of it. */
type Read = { readonly candidates: readonly Candidate[]; readonly reached: number | null };

async function readStretch(db: Database, search: Search, stretch: Stretch): Promise<Read> {
  const { chatIds, far: term } = search;
  const { stretchSizeMax } = search.bounds ?? usualBounds;
  const { from, until } = stretch;
  const limit = until - from > 1 ? stretchSizeMax + 1 : momentSizeMax;
  const [chatId] = chatIds;
  if (chatId !== undefined && chatIds.length === 1) {
    const newest = await findNewestByTerm(db, { chatId, term, limit }, stretch);
    if (newest.length < limit) return { candidates: newest.toSorted(newestFirst), reached: from };
    const cutAt = newest.at(-1)?.createdAt.getTime() ?? from;
    const whole = newest.filter(({ createdAt }) => createdAt.getTime() > cutAt);
    if (whole.length > 0) return { candidates: whole.toSorted(newestFirst), reached: cutAt };
    return { candidates: newest, reached: null };
  }
  const candidates = await findByTerm(db, { chatIds, term, limit }, stretch);
  return candidates.length < limit
    ? { candidates: candidates.toSorted(newestFirst), reached: from }
    : { candidates, reached: null };
}

/** How long a stretch is that holds about `size`, if all chats are like those of which some is given. */
function spanOf(some: readonly Candidate[], { chatIds }: Search, size: number): number {
  const times = some.map(({ createdAt }) => createdAt.getTime());
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const chats = new Set(some.map(({ chat }) => chat.toHexString())).size;
  return Math.max(1, Math.ceil(((last - first) * size * chats) / (some.length * chatIds.length)));
}

/** Where to begin instead of where there is too much behind: later in any case. */
function shorten(some: readonly Candidate[], search: Search, { from, until }: Stretch): number {
  const { stretchSize } = search.bounds ?? usualBounds;
  const first = Math.min(...some.map(({ createdAt }) => createdAt.getTime()));
  const end = Math.min(until, search.now);
  const span = Math.min(spanOf(some, search, stretchSize), (end - from) / 2);
  return Math.min(until - 1, Math.max(first, Math.floor(end - span)));
}

function nextSpan(candidates: readonly Candidate[], stretchSize: number, { from, until }: Stretch): number {
  const newest = candidates[0]?.createdAt.getTime() ?? until;
  const growth = Math.min(growthMax, stretchSize / Math.max(1, candidates.length));
  return Math.max(1, Math.ceil((newest - from) * growth));
}
