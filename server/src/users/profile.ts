import { mendName, toComparable } from '@whisper/shared';
import type { Person } from '../identity/person.ts';
import { searchKeysOf } from './search-keys.ts';
import type { UserDoc } from './user.model.ts';

type Profile = Pick<UserDoc, 'name' | 'email' | 'searchKeys' | 'profileAt'> & {
  readonly avatar: string | null;
};

/** What is stored of what a directory says: the one place where names and addresses enter. */
export function toProfile({ name, email, avatar, updatedAt }: Person): Profile {
  const address = toComparable(mendName(email));
  const shown = mendName(name) || address.split('@')[0] || 'New user';
  return {
    name: shown,
    email: address,
    searchKeys: searchKeysOf(shown),
    profileAt: updatedAt,
    avatar: avatar === null ? null : mendName(avatar) || null,
  };
}
