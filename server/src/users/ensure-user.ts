import type { UsersDeps } from './deps.ts';
import { AppError } from '../platform/errors.ts';
import type { Viewer } from '../identity/viewer.ts';
import { findOrInsert, type Contact } from './find-or-insert.ts';
import { requireNotSuspended } from './suspend-user.ts';
import { toViewer } from './user.view.ts';

/**
 * The person behind a Clerk id, made on first contact: any number of first contacts at once
 * make one user, on any number of nodes. Someone known is returned as stored. UNAUTHORIZED for the deleted, FORBIDDEN for the
 * suspended.
 */
export async function ensureUser(
  deps: Pick<UsersDeps, 'db' | 'clock' | 'viewers' | 'tell'>,
  clerkId: string,
  contact: Contact,
): Promise<Viewer> {
  return deps.viewers.find(clerkId, async () => {
    const doc = await findOrInsert(deps, clerkId, contact);
    if (!doc || doc.deletedAt) throw new AppError('UNAUTHORIZED', 'This account was deleted');
    requireNotSuspended(doc, deps.clock.now());
    return toViewer(doc);
  });
}
