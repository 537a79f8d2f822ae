import type { Person } from './person.ts';

/** Who people are, as their identity provider knows them. */
export interface IdentityDirectory {
  /** Throws UNAUTHORIZED when there is no such person, SERVICE_UNAVAILABLE when that cannot be known. */
  fetchPerson(clerkId: string): Promise<Person>;
}
