import { faceOf, type Chat, type User } from '@whisper/shared';
import { useState } from 'react';
import { chatPath, navigate } from '../routing/route.ts';
import { usePeople } from '../sidebar/use-people.ts';
import { useShownChats } from '../sidebar/use-shown-chats.ts';
import { useClient } from '../store/use-client.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Combobox } from '../ui/combobox.tsx';
import { Dialog } from '../ui/dialog.tsx';

const offeredMax = 8;
const listId = 'switcher-list';
const steps = { ArrowDown: 1, ArrowUp: -1 };

/** A way to any chat or person by a few letters. */
type Way = { readonly face: User; readonly unread: number; readonly go: () => Promise<void> };

/** Goes to a chat, or opens one with a person, without leaving the keyboard. */
export function QuickSwitcher({ onClose }: { readonly onClose: () => void }) {
  const [search, setSearch] = useState('');
  const [index, setIndex] = useState(0);
  const ways = useWays(search);
  const active = ways[Math.min(index, ways.length - 1)];
  const follow = (way: Way) => {
    onClose();
    // What does not open says so on its own page.
    void way.go().catch(() => undefined);
  };

  return (
    <Dialog title="Go to" onClose={onClose}>
      <Combobox
        label="Name of a chat or a person"
        value={search}
        onChange={(value) => {
          setSearch(value);
          setIndex(0);
        }}
        listId={listId}
        options={ways}
        active={active}
        optionId={optionId}
        steps={steps}
        onMove={(to) => setIndex((to + ways.length) % ways.length)}
        onChoose={follow}
      />
      <ul id={listId} className="dialog-list switcher-list" role="listbox" aria-label="Chats and people">
        {ways.map((way) => (
          <WayOption key={way.face.id} way={way} isActive={way === active} onFollow={() => follow(way)} />
        ))}
      </ul>
      {ways.length === 0 && <p className="dialog-hint">Nobody and nothing is called that.</p>}
    </Dialog>
  );
}

type OptionProps = { readonly way: Way; readonly isActive: boolean; readonly onFollow: () => void };

function WayOption({ way, isActive, onFollow }: OptionProps) {
  return (
    <li
      id={optionId(way)}
      className="dialog-row"
      role="option"
      aria-selected={isActive}
      onPointerDown={(event) => event.preventDefault()}
      onClick={onFollow}
    >
      <Avatar person={way.face} />
      <bdi>{way.face.name}</bdi>
      {way.unread > 0 && <span className="switcher-unread">{`${way.unread} unread`}</span>}
    </li>
  );
}

function optionId({ face }: Way): string {
  return `way-${face.id}`;
}

/** Chats first, the newest before the others. */
function useWays(search: string): Way[] {
  const { store } = useClient().client;
  const people = usePeople(search);
  const { talks, found } = useShownChats(search, people.users);
  const partners = new Set(talks.map((chat) => faceOf(chat).id));
  const strangers = people.users.filter(({ id }) => !partners.has(id));
  const toChat = (chat: Chat): Way => ({
    face: faceOf(chat),
    unread: chat.unread,
    go: async () => navigate(chatPath(chat.id)),
  });
  const toPerson = (face: User): Way => ({
    face,
    unread: 0,
    go: async () => navigate(chatPath((await store.openDirect(face.id)).id)),
  });
  return [...found.map(toChat), ...strangers.map(toPerson)].slice(0, offeredMax);
}
