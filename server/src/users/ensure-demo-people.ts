import { demoPeople } from '@whisper/shared';
import type { UsersDeps } from './deps.ts';
import { findOrInsert } from './find-or-insert.ts';
import { devClerkIdOf } from '../identity/dev-issuer.ts';
import { devDirectory } from '../identity/directory.dev.ts';

/** Makes the people the local issuer offers, so that the first one to come finds somebody to write to. */
export async function ensureDemoPeople(deps: Pick<UsersDeps, 'db' | 'tell'>): Promise<void> {
  for (const clerkId of demoPeople.map(devClerkIdOf)) {
    await findOrInsert(deps, clerkId, {
      fetchPerson: () => devDirectory.fetchPerson(clerkId),
      issuedAt: null,
    });
  }
}
