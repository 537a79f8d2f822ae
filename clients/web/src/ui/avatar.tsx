import { useState } from 'react';

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

const tintCount = 6;

/** The first letters of the first and the last word: at most two, whatever script they are in. */
function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/);
  const chosen = words.length > 1 ? [words[0], words.at(-1)] : words;
  return chosen.map((word = '') => firstLetterOf(word).toUpperCase()).join('');
}

/** Always the same one of a few tints, so that people are told apart at a glance. */
export function tintOf(name: string): number {
  let sum = 0;
  for (const char of name) sum = (sum * 31 + char.charCodeAt(0)) % 9973;
  return sum % tintCount;
}

function firstLetterOf(word: string): string {
  return /\p{L}\p{M}*|\p{N}|./u.exec(word)?.[0] ?? '';
}
