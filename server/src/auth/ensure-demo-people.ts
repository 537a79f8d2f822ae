import { demoPeople } from '@whisper/shared';
import type { AppContext } from '../app-context.ts';
import { ensureUser } from '../users/ensure-user.ts';
import { devClerkIdOf } from './dev-issuer.ts';
import { devDirectory } from './identity-directory.dev.ts';

/** Makes the people the local issuer offers, so that the first one to come finds somebody to write to. */
export async function ensureDemoPeople(app: Pick<AppContext, 'db' | 'people'>): Promise<void> {
  for (const clerkId of demoPeople.map(devClerkIdOf)) {
    await ensureUser(app, clerkId, () => devDirectory.fetchPerson(clerkId));
  }
}
