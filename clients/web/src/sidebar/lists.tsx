import { faceOf, type ChatId } from '@whisper/shared';
import { ChatList } from './chat-list.tsx';
import { PeopleList } from './people-list.tsx';
import { useShownChats } from './use-shown-chats.ts';
import { usePeople } from './use-people.ts';

type Props = {
  readonly search: string;
  readonly selected: ChatId | null;
  readonly onOpen: () => void;
};

/** My conversations, then the people I have none with; with a search, those that it finds. */
export function Lists({ search, selected, onOpen }: Props) {
  const people = usePeople(search);
  const { talks, found } = useShownChats(search, people.users);
  const partners = new Set(talks.map((chat) => faceOf(chat).id));
  const strangers = people.users.filter(({ id }) => !partners.has(id));

  return (
    <>
      <ChatList chats={found} selected={selected} isSearch={search !== ''} />
      {people.isError && (
        <div className="rows-note" role="alert">
          <p>People could not be fetched.</p>
          <button type="button" className="text-button" onClick={() => void people.refetch()}>
            Try again
          </button>
        </div>
      )}
      <PeopleList
        strangers={strangers}
        selected={selected}
        onOpen={onOpen}
        onMore={people.hasNextPage ? () => void people.fetchNextPage() : null}
      />
      {people.isSuccess && !people.isPlaceholderData && people.users.length + found.length === 0 && (
        <p className="rows-note">{describeNobody(search.trim())}</p>
      )}
    </>
  );
}

function describeNobody(search: string): string {
  if (search === '') return 'Nobody else is here yet. Open a second tab and sign in as somebody else.';
  return `Nobody’s name starts with “${search}”.`;
}
