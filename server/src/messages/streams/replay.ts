import { asShown, isShown, type Sight } from '../../chats/sight.ts';
import type { MessagesDeps } from '../deps.ts';
import type { LogEntry } from '../log/message-events.ts';
import { readLog } from '../log/read-log.ts';

/** What the streams need. */
export type StreamDeps = Pick<
  MessagesDeps,
  'db' | 'broker' | 'lastMessages' | 'memberships' | 'messageLog' | 'metrics' | 'streams' | 'writes'
>;

/** Messages a subscriber may have missed before a `reset` is cheaper for everyone than a replay. */
export const replayMax = 5_000;

/** Messages read, and handed to the subscriber, at a time. */
export const replayPageSize = 50;

type Read = { readonly entries: readonly LogEntry[]; readonly shown: readonly LogEntry[] };

/** A part of a log, and what of it is shown to somebody, as it is shown. */
export async function readShown(
  { db }: Pick<StreamDeps, 'db'>,
  range: Parameters<typeof readLog>[1],
  sight: Sight,
): Promise<Read> {
  const entries = await readLog(db, { ...range, viewerId: sight.viewerId });
  const shown = entries
    .filter(({ message }) => isShown(sight, message.seq))
    .map((entry) => ({ ...entry, message: asShown(sight, entry.message) }));
  return { entries, shown };
}

const sets = new WeakMap<readonly string[], ReadonlySet<string>>();

/** Whether the person may receive it. A group's events name the same audience until its people change, so that is found fast. */
export function isAmong(audience: readonly string[], userId: string): boolean {
  if (audience.length <= 8) return audience.includes(userId);
  const known = sets.get(audience) ?? new Set(audience);
  sets.set(audience, known);
  return known.has(userId);
}
