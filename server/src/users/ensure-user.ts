import type { AppContext } from '../app-context.ts';
import { AppError } from '../platform/errors.ts';
import type { Viewer } from '../trpc/request-context.ts';
import { findOrInsert } from './find-or-insert.ts';
import type { Person } from './person.ts';
import { toViewer } from './user.view.ts';

/**
 * The person behind a Clerk id, made from `fetchPerson` on first contact: any number of first contacts at once
 * make one user, on any number of nodes. Someone known is returned as stored. UNAUTHORIZED for the deleted.
 */
export async function ensureUser(
  app: Pick<AppContext, 'db' | 'people'>,
  clerkId: string,
  fetchPerson: () => Promise<Person>,
): Promise<Viewer> {
  return app.people.find(clerkId, async () => {
    const doc = await findOrInsert(app, clerkId, fetchPerson);
    if (doc.deletedAt) throw new AppError('UNAUTHORIZED', 'This account was deleted');
    return toViewer(doc);
  });
}
