import type { Chat, ChatId } from '@whisper/shared';
import { useClient, useStore } from '../store/use-client.ts';
import { ChatRow } from './chat-row.tsx';

type Props = { readonly search: string; readonly selected: ChatId | null };

/** My conversations, the newest first; with a search, those with a person of that name. */
export function ChatList({ search, selected }: Props) {
  const { client } = useClient();
  const chats = useStore((snapshot) => snapshot.chats);
  const hasMore = useStore((snapshot) => snapshot.hasMoreChats);
  const shown = chats.filter((chat) => isNamed(chat, search));
  if (shown.length === 0) return null;

  return (
    <section aria-labelledby="chats-heading">
      <h2 id="chats-heading">Chats</h2>
      <ul>
        {shown.map((chat) => (
          <ChatRow key={chat.id} chat={chat} isSelected={chat.id === selected} />
        ))}
      </ul>
      {hasMore && search === '' && (
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

/** As the server searches people: the beginning of a name or of one of its words. */
function isNamed({ participant }: Chat, search: string): boolean {
  const wanted = search.trim().toLowerCase();
  const name = participant.name.toLowerCase();
  return name.startsWith(wanted) || name.split(/\s+/).some((word) => word.startsWith(wanted));
}
