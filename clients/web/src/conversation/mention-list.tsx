import { Avatar } from '../ui/avatar.tsx';
import type { Person } from './mentions.ts';

export const mentionListId = 'mention-list';
export const mentionOptionId = ({ id }: Person): string => `mention-${id}`;

type Props = {
  readonly offered: readonly Person[];
  readonly active: Person | undefined;
  readonly onPick: (person: Person) => void;
};

/** Those who may be meant by what is typed behind an `@`. The focus stays in the text field. */
export function MentionList({ offered, active, onPick }: Props) {
  if (offered.length === 0) return null;
  return (
    <ul className="mention-list" id={mentionListId} role="listbox" aria-label="Mention somebody">
      {offered.map((person) => (
        <li
          key={person.id}
          id={mentionOptionId(person)}
          className="dialog-row"
          role="option"
          aria-selected={person === active}
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => onPick(person)}
        >
          <Avatar person={person} />
          <bdi>{person.name}</bdi>
        </li>
      ))}
    </ul>
  );
}
