import type { Chat } from '@whisper/shared';
import { Link } from '../routing/link.tsx';
import { chatPath } from '../routing/route.ts';
import { useClient, useIsOnline, useStore } from '../store/use-client.ts';
import { Avatar } from '../ui/avatar.tsx';
import { formatRecent } from '../ui/format-time.ts';

type Props = { readonly chat: Chat; readonly isSelected: boolean };

export function ChatRow({ chat, isSelected }: Props) {
  const { client } = useClient();
  const { participant, lastMessage, lastMessageAt, unread } = chat;
  const isOnline = useIsOnline(participant.id);
  // Starts the fetch at pointer down, before the click.
  const prepare = () => void client.store.openChat(chat.id).catch(() => undefined);

  return (
    <li>
      <Link
        className="row"
        href={chatPath(chat.id)}
        data-row={chat.id}
        tabIndex={-1}
        aria-current={isSelected ? 'page' : undefined}
        onPointerDown={prepare}
      >
        <Avatar person={participant} isOnline={isOnline} />
        <span className="row-name">
          <bdi>{participant.name}</bdi>
          {isOnline && <span className="hidden">, online</span>}
        </span>
        {lastMessage && (
          <time className="row-time" dateTime={lastMessageAt.toISOString()}>
            {formatRecent(lastMessageAt, new Date())}
          </time>
        )}
        <Preview chat={chat} />
        {unread > 0 && (
          <span className="badge">
            {unread > 99 ? '99+' : unread}
            <span className="hidden"> unread</span>
          </span>
        )}
      </Link>
    </li>
  );
}

function Preview({ chat }: { readonly chat: Chat }) {
  const isTyping = useStore(({ typing }) => typing.has(chat.id));
  const isMine = useStore(({ me }) => chat.lastMessage?.sender.id === me?.id);
  if (isTyping) return <span className="row-preview typing">typing…</span>;
  if (!chat.lastMessage) return <span className="row-preview">No messages yet</span>;
  return (
    <span className="row-preview">
      {isMine && 'You: '}
      <bdi>{chat.lastMessage.text.slice(0, 200)}</bdi>
    </span>
  );
}
