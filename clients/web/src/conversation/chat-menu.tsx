import { messagesOf } from '@whisper/client';
import type { Chat, Message } from '@whisper/shared';
import { useId, useState } from 'react';
import { goHome } from '../routing/route.ts';
import { BlockItem } from '../protect/block-items.tsx';
import { useClient, useStore } from '../store/use-client.ts';
import { isMuted } from '../store/muted.ts';
import { Icon } from '../ui/icon.tsx';
import { Menu, MenuItem } from '../ui/menu.tsx';

const hourMs = 3_600_000;
const mutedHours = 8;
/** Until it is taken back. */
const forEver = new Date('9999-01-01T00:00:00Z');

/** What a chat is to me alone: unread, muted, pinned to the top of my list, put away. */
export function ChatMenuButton({ chat }: { readonly chat: Chat }) {
  const id = useId();
  const [isOpen, setIsOpen] = useState(false);
  const close = () => {
    setIsOpen(false);
    document.getElementById(id)?.focus();
  };
  return (
    <>
      <button
        id={id}
        type="button"
        className="icon-button"
        aria-label="Chat actions"
        title="Chat actions"
        aria-haspopup="menu"
        aria-expanded={isOpen}
        onClick={() => setIsOpen(true)}
      >
        <Icon name="more" />
      </button>
      {isOpen && (
        <Menu label="Chat actions" anchorId={id} onClose={close} onDismiss={() => setIsOpen(false)}>
          <Actions chat={chat} onDone={close} />
        </Menu>
      )}
    </>
  );
}

type ActionsProps = { readonly chat: Chat; readonly onDone: () => void };

function Actions({ chat, onDone }: ActionsProps) {
  const { api } = useClient().client;
  type Mine = Omit<Parameters<typeof api.chat.setMine.mutate>[0], 'chatId'>;
  // What the server says of it comes back as an event, here and on every other device.
  const set = (mine: Mine) => () => {
    void api.chat.setMine.mutate({ chatId: chat.id, ...mine }).catch(() => undefined);
    onDone();
  };
  const isPinned = chat.pinnedAt !== null;
  const isArchived = chat.archivedAt !== null;
  const inSomeHours = new Date(Date.now() + mutedHours * hourMs);
  return (
    <>
      <MarkUnread chat={chat} onDone={onDone} />
      <MenuItem
        icon="pin"
        label={isPinned ? 'Do not keep at the top' : 'Keep at the top'}
        act={set({ pinned: !isPinned })}
      />
      {isMuted(chat) ? (
        <MenuItem icon="bell" label="Notify me again" act={set({ mutedUntil: null })} />
      ) : (
        <>
          <MenuItem
            icon="muted"
            label={`Mute for ${mutedHours} hours`}
            act={set({ mutedUntil: inSomeHours })}
          />
          <MenuItem icon="muted" label="Mute" act={set({ mutedUntil: forEver })} />
        </>
      )}
      <MenuItem
        icon="archive"
        label={isArchived ? 'Take out of the archive' : 'Archive'}
        act={set({ archived: !isArchived })}
      />
      {chat.kind === 'direct' && <BlockItem person={chat.participant} onDone={onDone} />}
    </>
  );
}

/** Makes the last message that somebody else wrote unread, and leaves the chat, in which it would be read again at once. */
function MarkUnread({ chat, onDone }: ActionsProps) {
  const { store } = useClient().client;
  const view = useStore(({ open }) => open.get(chat.id));
  const meId = useStore(({ me }) => me?.id);
  const isPart = view?.status === 'ready' && view.log.hasNewer;
  const isTheirs = ({ sender, kind, deletedAt }: Message) =>
    sender.id !== meId && kind === 'text' && deletedAt === null;
  const last = isPart ? undefined : messagesOf(view).findLast(isTheirs);
  if (!last || chat.unread > 0) return null;
  const act = () => {
    onDone();
    // Going back may take effect in a later turn.
    const mark = () => void store.markUnread(chat.id, last.seq).catch(() => undefined);
    addEventListener('popstate', mark, { once: true });
    goHome();
  };
  return <MenuItem icon="unread" label="Mark as unread" act={act} />;
}
