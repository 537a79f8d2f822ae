import { useMutation } from '@tanstack/react-query';
import type { User } from '@whisper/shared';
import { chatPath, navigate } from '../routing/route.ts';
import { useClient, useIsOnline } from '../store/use-client.ts';
import { Avatar } from '../ui/avatar.tsx';

type Props = { readonly person: User; readonly onOpen: () => void };

export function PersonRow({ person, onOpen }: Props) {
  const { store } = useClient().client;
  const isOnline = useIsOnline(person.id);
  const open = useMutation({
    mutationFn: () => store.openDirect(person.id),
    onSuccess: ({ id }) => {
      onOpen();
      navigate(chatPath(id));
    },
  });

  return (
    <li>
      <button
        type="button"
        className="row"
        data-row={person.id}
        tabIndex={-1}
        aria-busy={open.isPending}
        onClick={() => open.mutate()}
      >
        <Avatar person={person} isOnline={isOnline} />
        <span className="row-name">
          <bdi>{person.name}</bdi>
        </span>
        <span className="row-preview" data-online={isOnline || undefined}>
          {open.isError ? 'Could not be opened. Try again' : isOnline ? 'Online' : 'Offline'}
        </span>
      </button>
    </li>
  );
}
