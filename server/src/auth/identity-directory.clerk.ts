import type { ClerkClient } from '@clerk/backend';
import { isClerkAPIResponseError } from '@clerk/backend/errors';
import { AppError } from '../platform/errors.ts';
import { askClerk } from './clerk-client.ts';
import { ClerkUserSchema, toPerson } from './clerk-user.ts';
import type { IdentityDirectory } from './identity-directory.ts';

export function createClerkDirectory(client: ClerkClient): IdentityDirectory {
  return {
    async fetchPerson(clerkId) {
      const person = await askClerk(() => findPerson(client, clerkId));
      if (!person) throw new AppError('UNAUTHORIZED', 'This account does not exist');
      return person;
    },
  };
}

async function findPerson(client: ClerkClient, clerkId: string) {
  try {
    const user = await client.users.getUser(clerkId);
    // `raw` is missing when the answer does not call itself a user: then it is the record itself.
    return toPerson(ClerkUserSchema.parse(user.raw ?? user));
  } catch (error) {
    if (isClerkAPIResponseError(error) && error.status === 404) return null;
    throw error;
  }
}
