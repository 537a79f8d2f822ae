import { useState } from 'react';
import { initialsOf, tintOf } from './initials.ts';

type Person = { readonly name: string; readonly avatar: string | null };

type Props = { readonly person: Person; readonly isOnline?: boolean };

/** A person's picture, or their initials where there is none that loads. Decorative: the name stands beside it. */
export function Avatar({ person, isOnline = false }: Props) {
  const [failed, setFailed] = useState<string | null>(null);
  const picture = person.avatar?.startsWith('https:') && person.avatar !== failed ? person.avatar : null;
  return (
    <span
      className="avatar"
      data-tint={tintOf(person.name)}
      data-online={isOnline || undefined}
      aria-hidden="true"
    >
      {picture ? (
        <img src={picture} alt="" referrerPolicy="no-referrer" onError={() => setFailed(picture)} />
      ) : (
        initialsOf(person.name)
      )}
    </span>
  );
}
