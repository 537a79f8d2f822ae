import type { ChatId } from '@whisper/shared';
import { EmptyPane } from '../layout/empty-pane.tsx';
import { useStore } from '../store/use-store.ts';
import { Composer } from './composer.tsx';
import { ConversationHeader } from './conversation-header.tsx';
import { MessageList } from './message-list.tsx';
import { TypingLine } from './typing-line.tsx';
import { useChat } from './use-chat.ts';

export function ConversationPage({ chatId }: { readonly chatId: ChatId }) {
  const chat = useChat(chatId);
  const view = useStore(({ open }) => open.get(chatId));
  const me = useStore((snapshot) => snapshot.me);

  if (view?.status === 'failed') {
    const isMissing = view.failure.code === 'NOT_FOUND';
    return (
      <EmptyPane
        title={isMissing ? 'There is no such conversation' : 'This conversation did not open'}
        hasWayHome
      >
        {isMissing ? 'It does not exist, or it is not yours to read.' : `${view.failure.message}.`}
      </EmptyPane>
    );
  }
  return (
    <section
      className="conversation"
      aria-label={chat ? `Conversation with ${chat.participant.name}` : 'Conversation'}
    >
      <ConversationHeader chat={chat} />
      {view?.status === 'ready' && chat && me ? (
        <MessageList chat={chat} view={view} me={me} />
      ) : (
        <div className="messages" />
      )}
      <TypingLine chatId={chatId} name={chat?.participant.name ?? ''} />
      {me && <Composer chatId={chatId} meId={me.id} name={chat?.participant.name ?? ''} />}
    </section>
  );
}
