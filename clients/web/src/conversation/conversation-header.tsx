import type { Chat } from '@whisper/shared';
import { useIsConnectionLost } from '../layout/use-is-connection-lost.ts';
import { Link } from '../routing/link.tsx';
import { goHome, homePath } from '../routing/route.ts';
import { useStore } from '../store/use-store.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Icon } from '../ui/icon.tsx';

export function ConversationHeader({ chat }: { readonly chat: Chat | undefined }) {
  const isOnline = useStore(({ online }) => chat !== undefined && online.has(chat.participant.id));
  const isLost = useIsConnectionLost();
  const presence = isOnline ? 'Online' : 'Offline';
  return (
    <header className="conversation-header">
      <Link className="icon-button back" href={homePath} onFollow={goHome} aria-label="Back to your chats">
        <Icon name="back" />
      </Link>
      {chat && (
        <>
          <Avatar person={chat.participant} isOnline={isOnline && !isLost} />
          <div className="conversation-title">
            <h2>
              <bdi>{chat.participant.name}</bdi>
            </h2>
            <p>{isLost ? 'Unknown while there is no connection' : presence}</p>
          </div>
        </>
      )}
    </header>
  );
}
