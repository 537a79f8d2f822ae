import type { ChatId, User } from '@whisper/shared';
import { PersonRow } from './person-row.tsx';

type Props = {
  readonly strangers: readonly User[];
  readonly selected: ChatId | null;
  readonly onOpen: () => void;
  /** Null when there are no more of them. */
  readonly onMore: (() => void) | null;
};

/** Those one has no conversation with yet. */
export function PeopleList({ strangers, selected, onOpen, onMore }: Props) {
  if (strangers.length === 0 && !onMore) return null;
  return (
    <section aria-labelledby="people-heading">
      <h2 id="people-heading">People</h2>
      <ul>
        {strangers.map((person) => (
          <PersonRow key={person.id} person={person} selected={selected} onOpen={onOpen} />
        ))}
      </ul>
      {onMore && (
        <button type="button" className="more" data-row="" onClick={onMore}>
          Show more people
        </button>
      )}
    </section>
  );
}
