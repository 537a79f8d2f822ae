import { useQuery } from '@tanstack/react-query';
import { toFailure } from '@whisper/client';
import type { Message, User } from '@whisper/shared';
import { useClient } from '../store/use-client.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { useActs } from './acts.ts';

/** Who in the group has read as far as a message, and whom it has reached. */
export function ReadersDialog({ message: { chatId, seq } }: { readonly message: Message }) {
  const { api } = useClient().client;
  const { close } = useActs();
  const { data, error } = useQuery({
    queryKey: ['chat.readers', chatId, seq],
    queryFn: ({ signal }) => api.chat.readers.query({ chatId, seq }, { signal }),
    staleTime: 0,
    refetchInterval: 5_000,
  });
  return (
    <Dialog title="Who has read this" onClose={close}>
      {!data && !error && <p role="status">Asking who has read it…</p>}
      {error && <p role="alert">{`${toFailure(error).message}.`}</p>}
      {data && (
        <div className="dialog-list" tabIndex={0} role="region" aria-label="Who has read this">
          <People title="Read by" people={data.readBy} />
          <People title="Delivered to" people={data.deliveredTo} />
          {data.readBy.length + data.deliveredTo.length === 0 && <p>It has reached nobody yet.</p>}
        </div>
      )}
      <div className="button-row">
        <button type="button" className="button quiet" onClick={close} data-first>
          Close
        </button>
      </div>
    </Dialog>
  );
}

type PeopleProps = { readonly title: string; readonly people: readonly User[] };

function People({ title, people }: PeopleProps) {
  if (people.length === 0) return null;
  return (
    <section>
      <h3 className="dialog-hint">{`${title} ${people.length}`}</h3>
      <ul>
        {people.map((person) => (
          <li key={person.id} className="member-row">
            <Avatar person={person} />
            <bdi>{person.name}</bdi>
          </li>
        ))}
      </ul>
    </section>
  );
}
