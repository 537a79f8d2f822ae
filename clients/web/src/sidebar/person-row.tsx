import { useMutation } from '@tanstack/react-query';
import { faceOf, type ChatId, type User } from '@whisper/shared';
import { chatPath, navigate } from '../routing/route.ts';
import { useClient, useIsOnline, useStore } from '../store/use-client.ts';
import { Avatar } from '../ui/avatar.tsx';

type Props = {
  readonly person: User;
  readonly selected: ChatId | null;
  readonly onOpen: () => void;
};

export function PersonRow({ person, selected, onOpen }: Props) {
  const { store } = useClient().client;
  const isOnline = useIsOnline(person.id);
  // A chat in which nothing was said yet is still shown as its person.
  const chat = useStore(({ chats }) => chats.find((each) => faceOf(each).id === person.id));
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
        data-row={chat?.id ?? person.id}
        tabIndex={-1}
        aria-busy={open.isPending}
        aria-current={chat && chat.id === selected ? 'page' : undefined}
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
