import type { PresenceList, UserId, WatchPresenceInput } from '@whisper/shared';
import type { Viewer } from '../identity/viewer.ts';
import { isApart, type BlocksOf } from '../users/blocks.ts';
import { findLastSeen } from '../users/last-seen.ts';
import type { WatchDeps } from './deps.ts';
import { findWatched } from './watch-presence.ts';

/** Who is online of those a person may hear of, and when the others were last. */
export async function listPresence(
  deps: Pick<WatchDeps, 'db' | 'presence' | 'blocks' | 'listContacts'>,
  { id, isHidden }: Viewer,
  input: WatchPresenceInput = {},
): Promise<PresenceList> {
  const watched = [...(await findWatched(deps, id, input))];
  const blocks = await deps.blocks.of(id);
  const userIds = await deps.presence.findOnline(watched.filter((userId) => !isApart(blocks, userId)));
  const online = new Set<UserId>(userIds);
  const lastSeen = await findLastSeen(
    deps.db,
    watched.filter((userId) => !online.has(userId) && !blocks.blocked.has(userId)),
  );
  return { userIds, lastSeen: lastSeen.flatMap((seen) => asTold(blocks, seen)), isHidden };
}

type Seen = PresenceList['lastSeen'][number];

/** Whoever is blocked hears for ever when the other one was there before they blocked. */
function asTold({ blockedBy }: BlocksOf, { userId, at }: Seen): Seen[] {
  const known = blockedBy.get(userId);
  if (!known) return [{ userId, at }];
  return known.seenAt ? [{ userId, at: known.seenAt }] : [];
}
