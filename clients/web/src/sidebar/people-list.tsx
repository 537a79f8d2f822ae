import { useStore } from '../store/use-client.ts';
import { PersonRow } from './person-row.tsx';
import { usePeople } from './use-people.ts';

type Props = { readonly search: string; readonly onOpen: () => void };

/** Those one has no conversation with yet. */
export function PeopleList({ search, onOpen }: Props) {
  const chats = useStore((snapshot) => snapshot.chats);
  const { users, isSuccess, isError, isPlaceholderData, hasNextPage, fetchNextPage, refetch } =
    usePeople(search);
  const known = new Set(chats.map(({ participant }) => participant.id));
  const strangers = users.filter(({ id }) => !known.has(id));

  if (isError) {
    return (
      <div className="rows-note" role="alert">
        <p>People could not be fetched.</p>
        <button type="button" className="text-button" onClick={() => void refetch()}>
          Try again
        </button>
      </div>
    );
  }
  if (isSuccess && !isPlaceholderData && users.length === 0) {
    return <p className="rows-note">{describeNobody(search)}</p>;
  }
  if (strangers.length === 0 && !hasNextPage) return null;
  return (
    <section aria-labelledby="people-heading">
      <h2 id="people-heading">People</h2>
      <ul>
        {strangers.map((person) => (
          <PersonRow key={person.id} person={person} onOpen={onOpen} />
        ))}
      </ul>
      {hasNextPage && (
        <button type="button" className="more" data-row="" onClick={() => void fetchNextPage()}>
          Show more people
        </button>
      )}
    </section>
  );
}

function describeNobody(search: string): string {
  if (search.trim() === '') return 'Nobody else is here yet. Open a second tab and sign in as somebody else.';
  return `Nobody’s name starts with “${search.trim()}”.`;
}
