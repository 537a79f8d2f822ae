import type { Message } from '@whisper/shared';
import { BlockItem } from '../protect/block-items.tsx';
import { useClient, useStore } from '../store/use-client.ts';
import { Icon } from '../ui/icon.tsx';
import { Menu, MenuItem } from '../ui/menu.tsx';
import { moreButtonId, useActs } from './acts.ts';

const offeredEmoji = ['👍', '❤️', '😂', '🎉', '😮', '😢'] as const;

/** Everything one can do with a message, beside the button that opened it. */
export function MessageMenu({ message }: { readonly message: Message }) {
  const { close, dismiss } = useActs();
  return (
    <Menu label="Message actions" anchorId={moreButtonId(message.id)} onClose={close} onDismiss={dismiss}>
      <EmojiChoice message={message} />
      <Actions message={message} />
    </Menu>
  );
}

function EmojiChoice({ message }: { readonly message: Message }) {
  const { store } = useClient().client;
  const { show, close } = useActs();
  const meId = useStore(({ me }) => me?.id);
  const isOn = (emoji: string) =>
    message.reactions.some((each) => each.emoji === emoji && each.userIds.some((id) => id === meId));
  const toggle = (emoji: string) => {
    store.react(message, emoji, !isOn(emoji));
    close();
  };
  return (
    <div className="menu-emoji" role="group" aria-label="React">
      {offeredEmoji.map((emoji) => (
        <button
          key={emoji}
          type="button"
          role="menuitemcheckbox"
          aria-checked={isOn(emoji)}
          aria-label={`React with ${emoji}`}
          tabIndex={-1}
          onClick={() => toggle(emoji)}
        >
          {emoji}
        </button>
      ))}
      <button
        type="button"
        role="menuitem"
        aria-label="React with another emoji"
        tabIndex={-1}
        onClick={() => show({ type: 'emoji', id: message.id })}
      >
        <Icon name="more" />
      </button>
    </div>
  );
}

function Actions({ message }: { readonly message: Message }) {
  const { store } = useClient().client;
  const { reply, edit, show, close } = useActs();
  const isMine = useStore(({ me }) => me?.id === message.sender.id);
  const isGroup = useStore(({ chats }) => chats.find(({ id }) => id === message.chatId)?.kind === 'group');
  const isPinned = message.pinnedAt !== null;
  const copy = () => {
    void navigator.clipboard?.writeText(message.text).catch(() => undefined);
    close();
  };
  const pin = () => {
    store.pin(message, !isPinned);
    close();
  };
  const { id } = message;
  return (
    <>
      <MenuItem icon="answer" label="Reply" act={() => reply(message)} />
      {isMine && <MenuItem icon="edit" label="Edit" act={() => edit(message)} />}
      <MenuItem icon="copy" label="Copy text" act={copy} />
      <MenuItem icon="pin" label={isPinned ? 'Unpin' : 'Pin'} act={pin} />
      <MenuItem icon="forward" label="Forward…" act={() => show({ type: 'forward', id })} />
      {isGroup && (
        <MenuItem icon="delivered" label="Who has read it…" act={() => show({ type: 'readers', id })} />
      )}
      {isMine && <MenuItem icon="info" label="Info…" act={() => show({ type: 'trace', id })} />}
      {!isMine && <MenuItem icon="warning" label="Report…" act={() => show({ type: 'report', id })} />}
      {!isMine && <BlockItem person={message.sender} onDone={close} />}
      <MenuItem icon="remove" label="Delete…" act={() => show({ type: 'delete', id })} />
    </>
  );
}
