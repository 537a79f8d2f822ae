import type { Viewer } from '../identity/viewer.ts';
import { setHidden } from '../users/set-hidden.ts';
import type { PresenceDeps } from './deps.ts';

/** Nobody sees a hidden person come, go or be there, or when they were last, on whichever process. Repeating is harmless. */
export async function hidePresence(
  deps: Pick<PresenceDeps, 'db' | 'viewers' | 'tell'>,
  viewer: Viewer,
  isHidden: boolean,
): Promise<void> {
  await setHidden(deps, viewer.clerkId, isHidden);
  deps.tell({ type: 'presenceHidden', userId: viewer.id, isHidden });
}
