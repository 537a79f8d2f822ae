import { createBoundedCache } from '../platform/bounded-cache.ts';
import { AppError } from '../platform/errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { ClerkApi } from './clerk-api.ts';
import { ClerkUserSchema, toPerson } from './clerk-user.ts';
import type { IdentityDirectory } from './directory.ts';

/** Somebody whom Clerk does not know is not asked about again for this long, however often their token comes. */
const unknownForMs = 10_000;

const unknownMax = 10_000;

export function createClerkDirectory(api: ClerkApi, clock: Clock): IdentityDirectory {
  const unknownUntil = createBoundedCache<string, number>(unknownMax);
  return {
    async fetchPerson(clerkId) {
      const isUnknown = clock.now() < (unknownUntil.get(clerkId) ?? 0);
      const person = isUnknown
        ? null
        : await api.user(clerkId, (record) => toPerson(ClerkUserSchema.parse(record)));
      if (person) return person;
      if (!isUnknown) unknownUntil.set(clerkId, clock.now() + unknownForMs);
      throw new AppError('UNAUTHORIZED', 'This account does not exist');
    },
  };
}
