import type { Chat, ChatId } from '@whisper/shared';
import { useClient, useStore } from '../store/use-client.ts';
import { useToday } from '../ui/use-today.ts';
import { ChatRow } from './chat-row.tsx';

type Props = {
  readonly chats: readonly Chat[];
  readonly selected: ChatId | null;
  readonly isSearch: boolean;
};

/** My conversations, the newest first. */
export function ChatList({ chats, selected, isSearch }: Props) {
  const { client } = useClient();
  const hasMore = useStore((snapshot) => snapshot.hasMoreChats);
  const today = useToday();
  if (chats.length === 0) return null;

  return (
    <section aria-labelledby="chats-heading">
      <h2 id="chats-heading">Chats</h2>
      <ul>
        {chats.map((chat) => (
          <ChatRow key={chat.id} chat={chat} isSelected={chat.id === selected} today={today} />
        ))}
      </ul>
      {hasMore && !isSearch && (
        <button
          type="button"
          className="more"
          data-row=""
          onClick={() => void client.store.loadMoreChats().catch(() => undefined)}
        >
          Show older chats
        </button>
      )}
    </section>
  );
}
