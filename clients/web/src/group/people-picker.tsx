import { limits, type User, type UserId } from '@whisper/shared';
import { useState, type KeyboardEvent } from 'react';
import { usePeople } from '../sidebar/use-people.ts';
import { Avatar } from '../ui/avatar.tsx';
import { MorePeople } from './more-people.tsx';

type Props = {
  readonly chosen: readonly User[];
  readonly onChange: (chosen: readonly User[]) => void;
  /** Those who are in already. */
  readonly without?: ReadonlySet<UserId>;
};

const nobody: ReadonlySet<UserId> = new Set();

/** Chooses people by name. Who is chosen stays in the list whatever is searched for. */
export function PeoplePicker({ chosen, onChange, without = nobody }: Props) {
  const [search, setSearch] = useState('');
  const { users, hasNextPage, fetchNextPage } = usePeople(search);
  const ids = new Set(chosen.map(({ id }) => id));
  const offered = users.filter(({ id }) => !ids.has(id) && !without.has(id));
  const toggle = (user: User) =>
    onChange(ids.has(user.id) ? chosen.filter(({ id }) => id !== user.id) : [...chosen, user]);
  return (
    <>
      <input
        className="field"
        aria-label="Search people"
        placeholder="Search people"
        autoComplete="off"
        maxLength={limits.queryLengthMax}
        value={search}
        onChange={(event) => setSearch(event.target.value)}
        onKeyDown={keepEnter}
      />
      <ul className="dialog-list" aria-label="People">
        {[...chosen, ...offered].map((user) => (
          <li key={user.id}>
            <label className="dialog-row">
              <input type="checkbox" checked={ids.has(user.id)} onChange={() => toggle(user)} />
              <Avatar person={user} />
              <bdi>{user.name}</bdi>
            </label>
          </li>
        ))}
        {hasNextPage && <MorePeople onMore={() => void fetchNextPage()} />}
      </ul>
    </>
  );
}

/** In the search field Enter finishes no form. */
function keepEnter(event: KeyboardEvent): void {
  if (event.key === 'Enter') event.preventDefault();
}
