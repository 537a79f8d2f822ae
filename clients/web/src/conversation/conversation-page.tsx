import { useChat, useTyping } from '@whisper/react';
import { faceOf, type Chat, type ChatId } from '@whisper/shared';
import { useEffect } from 'react';
import { EmptyPane } from '../layout/empty-pane.tsx';
import { Link } from '../routing/link.tsx';
import { goHome, homePath } from '../routing/route.ts';
import { GroupButton } from '../group/group-button.tsx';
import { WhereOneMayWrite } from '../protect/closed-composer.tsx';
import { SlowModeLine } from '../protect/slow-mode-line.tsx';
import { SearchButton } from '../search/search-button.tsx';
import { useSearching } from '../search/searching.ts';
import { useIsLost, useIsOnline, useStore } from '../store/use-client.ts';
import { useNameOf } from '../store/use-people-of.ts';
import { useAttached } from '../files/use-attached.ts';
import { useDrop } from '../files/use-drop.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Icon } from '../ui/icon.tsx';
import { ActsProvider, useActing } from './acts.ts';
import { ChatMenuButton } from './chat-menu.tsx';
import { Composer } from './composer.tsx';
import { MessageList } from './message-list.tsx';
import { Overlays } from './overlays.tsx';

export function ConversationPage({ chatId }: { readonly chatId: ChatId }) {
  const { chat, view, rows } = useChat(chatId);
  const me = useStore((snapshot) => snapshot.me);
  const { acts, mode, overlay, target } = useActing();
  const { goal, arrive } = useSearching();
  useEffect(() => {
    if (goal?.chatId !== chatId) return;
    acts.jumpTo(goal.seq);
    arrive();
  }, [goal, arrive, chatId, acts]);
  const attached = useAttached(chatId);
  const { isOver, dropProps } = useDrop(attached.add);

  if (view.status === 'failed') {
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
      {...dropProps}
    >
      <ActsProvider value={acts}>
        <ConversationHeader chat={chat} />
        {view.status === 'ready' && chat && me ? (
          <MessageList chat={chat} view={view} rows={rows} me={me} target={target} />
        ) : (
          <div className="messages" />
        )}
        <TypingLine chatId={chatId} />
        {me && (
          <WhereOneMayWrite chat={chat}>
            <SlowModeLine chat={chat} />
            <Composer chatId={chatId} name={chat ? faceOf(chat).name : ''} mode={mode} attached={attached} />
          </WhereOneMayWrite>
        )}
        {isOver && <p className="drop-note">Drop files to attach them</p>}
        <Overlays overlay={overlay} view={view} />
      </ActsProvider>
    </section>
  );
}

function ConversationHeader({ chat }: { readonly chat: Chat | undefined }) {
  return (
    <header className="conversation-header">
      <Link className="icon-button back" href={homePath} onFollow={goHome} aria-label="Back to your chats">
        <Icon name="back" />
      </Link>
      {chat && <Title chat={chat} />}
      <div className="header-end">
        {chat && <SearchButton chatId={chat.id} />}
        {chat?.kind === 'group' && <GroupButton chat={chat} />}
        {chat && <ChatMenuButton chat={chat} />}
      </div>
    </header>
  );
}

function Title({ chat }: { readonly chat: Chat }) {
  const face = faceOf(chat);
  const isOnline = useIsOnline(face.id);
  const isLost = useIsLost();
  const presence = isOnline ? 'Online' : 'Offline';
  const line = chat.kind === 'group' ? countPeople(chat.memberCount) : presence;
  return (
    <>
      <Avatar person={face} isOnline={isOnline} />
      <div className="conversation-title">
        <h1>
          <bdi>{face.name}</bdi>
        </h1>
        <p>{isLost && chat.kind === 'direct' ? '\u00a0' : line}</p>
      </div>
    </>
  );
}

function countPeople(count: number): string {
  return count === 1 ? '1 person' : `${count} people`;
}

/** Keeps its place while nobody types, so that nothing moves when somebody does. */
function TypingLine({ chatId }: { readonly chatId: ChatId }) {
  const { typing } = useTyping(chatId);
  const nameOf = useNameOf(chatId);
  const names = typing.map((id) => nameOf(id) ?? 'somebody');
  return (
    <p className="typing-line" role="status">
      {names.length > 0 && (
        <>
          <span className="typing-dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          <span>
            <bdi key={names.join()}>{names.slice(0, typersMax).join(', ')}</bdi>{' '}
            <span key={names.length}>{describeTyping(names.length)}</span>
          </span>
        </>
      )}
    </p>
  );
}

const typersMax = 3;

function describeTyping(count: number): string {
  if (count === 1) return 'is typing';
  return count > typersMax ? `and ${count - typersMax} more are typing` : 'are typing';
}
