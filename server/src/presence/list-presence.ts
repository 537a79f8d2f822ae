import type { PresenceList, UserId, WatchPresenceInput } from '@whisper/shared';
import type { Viewer } from '../identity/viewer.ts';
import { findLastSeen } from '../users/last-seen.ts';
import type { PresenceDeps } from './deps.ts';
import { findWatched } from './watch-presence.ts';

/** Who is online of those a person may hear of, and when the others were last. */
export async function listPresence(
  deps: Pick<PresenceDeps, 'db' | 'presence'>,
  { id, isHidden }: Viewer,
  input: WatchPresenceInput = {},
): Promise<PresenceList> {
  const watched = [...(await findWatched(deps, id, input))];
  const userIds = await deps.presence.findOnline(watched);
  const online = new Set<UserId>(userIds);
  const lastSeen = await findLastSeen(
    deps.db,
    watched.filter((userId) => !online.has(userId)),
  );
  return { userIds, lastSeen, isHidden };
}
