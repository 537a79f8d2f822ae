import { useChats } from '@whisper/react';
import type { Chat, ChatId } from '@whisper/shared';
import { useState } from 'react';
import { useToday } from '../ui/use-today.ts';
import { ChatRow } from './chat-row.tsx';

type Props = {
  readonly chats: readonly Chat[];
  readonly selected: ChatId | null;
  readonly isSearch: boolean;
};

/** My conversations, the newest first, those kept at the top before them and the archive behind. */
export function ChatList({ chats, selected, isSearch }: Props) {
  const { hasMore, loadMore } = useChats();
  const today = useToday();
  const [showsArchive, setShowsArchive] = useState(false);
  if (chats.length === 0) return null;
  const archived = isSearch ? [] : chats.filter(({ archivedAt }) => archivedAt !== null);
  const current = chats.filter((chat) => !archived.includes(chat));
  const shown = [
    ...current.filter(({ pinnedAt }) => pinnedAt !== null),
    ...current.filter(({ pinnedAt }) => pinnedAt === null),
    ...(showsArchive ? archived : []),
  ];

  return (
    <section aria-labelledby="chats-heading">
      <h2 id="chats-heading">Chats</h2>
      <ul>
        {shown.map((chat) => (
          <ChatRow key={chat.id} chat={chat} isSelected={chat.id === selected} today={today} />
        ))}
      </ul>
      {archived.length > 0 && (
        <button
          type="button"
          className="more"
          data-row=""
          aria-expanded={showsArchive}
          onClick={() => setShowsArchive(!showsArchive)}
        >
          {showsArchive ? 'Hide the archive' : `Archive (${archived.length})`}
        </button>
      )}
      {hasMore && !isSearch && (
        <button type="button" className="more" data-row="" onClick={loadMore}>
          Show older chats
        </button>
      )}
    </section>
  );
}
