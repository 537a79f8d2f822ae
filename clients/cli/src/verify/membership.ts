import type { StoredMessage } from './evidence.ts';

/**
 * From when to when somebody was in a chat: the system messages that brought them and put them out, by place and number. The
 * latter stands in the log before they are out, for long when the process dies that wrote it, and may be served to them.
 */
type Period = {
  readonly fromSeq: number;
  readonly fromRev: number;
  readonly untilSeq: number;
  readonly untilRev: number;
};

/** What a person may have seen of a chat, and what is shown to them at the end. */
export type Membership = {
  /** Whether they may have been served that message, or, with a `rev`, the change of it that bears that number. */
  readonly mayHaveSeen: (seq: number, rev?: number) => boolean;
  readonly isShown: (seq: number) => boolean;
};

const always: Period = { fromSeq: 0, fromRev: 0, untilSeq: Infinity, untilRev: Infinity };

/**
 * By what a chat's log says, which is in the order of its places; a chat in which nobody comes or goes is everybody's for
 * ever. Groups of a run hide from those who come what was written before.
 */
export function membershipOf(log: readonly StoredMessage[], person: string): Membership {
  const isGroup = log.some(({ comes }) => comes.length > 0);
  const periods = isGroup ? readPeriods(log, person) : [always];
  const last = periods.at(-1);
  const now = last?.untilSeq === Infinity ? last : undefined;
  return {
    mayHaveSeen: (seq, rev) =>
      periods.some(({ fromSeq, fromRev, untilSeq, untilRev }) =>
        rev === undefined
          ? seq >= fromSeq && seq <= untilSeq
          : seq >= fromSeq && rev >= fromRev && rev <= untilRev,
      ),
    isShown: (seq) => now !== undefined && seq >= now.fromSeq,
  };
}

function readPeriods(log: readonly StoredMessage[], person: string): Period[] {
  const periods: Period[] = [];
  for (const { seq, rev, comes, goes } of log) {
    const last = periods.at(-1);
    if (comes.includes(person)) periods.push({ ...always, fromSeq: seq, fromRev: rev });
    if (goes.includes(person) && last) periods.splice(-1, 1, { ...last, untilSeq: seq, untilRev: rev });
  }
  return periods;
}
