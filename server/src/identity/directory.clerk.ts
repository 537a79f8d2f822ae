import { AppError } from '../platform/errors.ts';
import type { ClerkApi } from './clerk-api.ts';
import { ClerkUserSchema, toPerson } from './clerk-user.ts';
import type { IdentityDirectory } from './directory.ts';

export function createClerkDirectory(api: ClerkApi): IdentityDirectory {
  return {
    async fetchPerson(clerkId) {
      const person = await api.user(clerkId, (record) => toPerson(ClerkUserSchema.parse(record)));
      if (!person) throw new AppError('UNAUTHORIZED', 'This account does not exist');
      return person;
    },
  };
}
