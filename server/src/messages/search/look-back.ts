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
  lookedAtMax: 2_000,
  commandsMax: 12,
  fewMax: 600,
  stretchSize: 250,
  stretchSizeMax: 600,
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
  let { at: until, last, spanMs } = place;
  let from = search.since - 1;
  let spent = 0;
  if (spanMs !== null) from = Math.max(from, until - spanMs);
  else if (search.near !== search.far) {
    const few = await findByTerm(db, { ...search, term: search.near, limit: fewMax + 1 });
    if (few.length <= fewMax) return yield { candidates: few.toSorted(newestFirst), behind: null, spanMs };
    spent = few.length;
    from = Math.max(from, Math.min(until - 1, startOf(few, search, stretchSize / 10)));
  }
  for (let commands = 0; commands < commandsMax && spent < lookedAtMax; commands += 1) {
    const { candidates, reached } = await readStretch(db, search, { from, until });
    spent += candidates.length;
    if (reached === null) {
      from = Math.min(until - 1, startOf(candidates, search, stretchSize));
      spanMs = until - from;
      yield { candidates: [], behind: { at: until, last, spanMs }, spanMs };
      continue;
    }
    if (reached < search.since) return yield { candidates, behind: null, spanMs: timeMsMax };
    spanMs = nextSpan(candidates, stretchSize, { from: reached, until });
    yield { candidates, behind: { at: reached, last: null, spanMs }, spanMs };
    [until, last, from] = [reached, null, Math.max(search.since - 1, reached - spanMs)];
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

/** Where a stretch begins that ends with the newest and holds about `size`. What is given is all there is of some chats. */
function startOf(some: readonly Candidate[], { chatIds }: Search, size: number): number {
  const times = some.map(({ createdAt }) => createdAt.getTime()).toSorted((a, b) => b - a);
  const chats = new Set(some.map(({ chat }) => chat.toHexString()));
  const index = Math.floor((size * chats.size) / chatIds.length);
  return times[Math.min(index, times.length - 1)] ?? 0;
}

function nextSpan(candidates: readonly Candidate[], stretchSize: number, { from, until }: Stretch): number {
  const newest = candidates[0]?.createdAt.getTime() ?? until;
  const growth = Math.min(growthMax, stretchSize / Math.max(1, candidates.length));
  return Math.max(1, Math.ceil((newest - from) * growth));
}
