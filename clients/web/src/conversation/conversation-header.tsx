import type { Chat } from '@whisper/shared';
import { Link } from '../routing/link.tsx';
import { goHome, homePath } from '../routing/route.ts';
import { useIsLost } from '../store/use-is-lost.ts';
import { useIsOnline } from '../store/use-is-online.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Icon } from '../ui/icon.tsx';

export function ConversationHeader({ chat }: { readonly chat: Chat | undefined }) {
  const isOnline = useIsOnline(chat?.participant.id);
  const isLost = useIsLost();
  const presence = isOnline ? 'Online' : 'Offline';
  return (
    <header className="conversation-header">
      <Link className="icon-button back" href={homePath} onFollow={goHome} aria-label="Back to your chats">
        <Icon name="back" />
      </Link>
      {chat && (
        <>
          <Avatar person={chat.participant} isOnline={isOnline} />
          <div className="conversation-title">
            <h2>
              <bdi>{chat.participant.name}</bdi>
            </h2>
            <p>{isLost ? '\u00a0' : presence}</p>
          </div>
        </>
      )}
    </header>
  );
}
