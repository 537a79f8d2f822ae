import { faceOf, type Chat, type ChatId } from '@whisper/shared';
import { useEffect } from 'react';
import { EmptyPane } from '../layout/empty-pane.tsx';
import { Link } from '../routing/link.tsx';
import { goHome, homePath } from '../routing/route.ts';
import { useClient, useIsLost, useIsOnline, useStore } from '../store/use-client.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Icon } from '../ui/icon.tsx';
import { ActsProvider, useActing } from './acts.ts';
import { Composer } from './composer.tsx';
import { MessageList } from './message-list.tsx';
import { Overlays } from './overlays.tsx';

export function ConversationPage({ chatId }: { readonly chatId: ChatId }) {
  const chat = useChat(chatId);
  const view = useStore(({ open }) => open.get(chatId));
  const me = useStore((snapshot) => snapshot.me);
  const { acts, mode, overlay, target } = useActing();

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
      aria-label={chat ? `Conversation with ${faceOf(chat).name}` : 'Conversation'}
    >
      <ActsProvider value={acts}>
        <ConversationHeader chat={chat} />
        {view?.status === 'ready' && chat && me ? (
          <MessageList chat={chat} view={view} me={me} target={target} />
        ) : (
          <div className="messages" />
        )}
        <TypingLine chatId={chatId} name={chat ? faceOf(chat).name : ''} />
        {me && <Composer chatId={chatId} name={chat ? faceOf(chat).name : ''} mode={mode} />}
        <Overlays overlay={overlay} view={view} />
      </ActsProvider>
    </section>
  );
}

function ConversationHeader({ chat }: { readonly chat: Chat | undefined }) {
  const isOnline = useIsOnline(chat && faceOf(chat).id);
  const isLost = useIsLost();
  const presence = isOnline ? 'Online' : 'Offline';
  return (
    <header className="conversation-header">
      <Link className="icon-button back" href={homePath} onFollow={goHome} aria-label="Back to your chats">
        <Icon name="back" />
      </Link>
      {chat && (
        <>
          <Avatar person={faceOf(chat)} isOnline={isOnline} />
          <div className="conversation-title">
            <h1>
              <bdi>{faceOf(chat).name}</bdi>
            </h1>
            <p>{isLost ? '\u00a0' : presence}</p>
          </div>
        </>
      )}
    </header>
  );
}

type Props = { readonly chatId: ChatId; readonly name: string };

/** Keeps its place while nobody types, so that nothing moves when somebody does. */
function TypingLine({ chatId, name }: Props) {
  const isTyping = useStore(({ typing }) => typing.has(chatId));
  return (
    <p className="typing-line" role="status">
      {isTyping && (
        <>
          <span className="typing-dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          <span>
            <bdi>{name}</bdi> is typing
          </span>
        </>
      )}
    </p>
  );
}

/** A chat, held live while it is shown. Undefined until it is fetched. */
function useChat(chatId: ChatId): Chat | undefined {
  const { store } = useClient().client;
  useEffect(() => {
    // A failure shows as the view's own status.
    void store.openChat(chatId).catch(() => undefined);
  }, [store, chatId]);
  return useStore(({ chats }) => chats.find(({ id }) => id === chatId));
}
