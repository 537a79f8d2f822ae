import { faceOf, type Chat } from '@whisper/shared';
import { lazy, Suspense, useEffect, useState } from 'react';
import { JoinPage } from '../group/join-page.tsx';
import { usePush } from '../push/use-push.ts';
import { SearchDialog } from '../search/search-dialog.tsx';
import { SearchingProvider, useMakeSearching } from '../search/searching.ts';
import { WayBack } from '../search/way-back.tsx';
import { useRoute, type Route } from '../routing/route.ts';
import { Sidebar } from '../sidebar/sidebar.tsx';
import { isMuted } from '../store/muted.ts';
import { useClient, useStore } from '../store/use-client.ts';
import { Announcer } from './announcer.tsx';
import { ConnectionBanner, RefusedPage, UpdateNotice } from './connection-notices.tsx';
import { EmptyPane } from './empty-pane.tsx';
import { ErrorBoundary } from './error-boundary.tsx';
import { useNotifications } from './notifications.tsx';
import { QuickSwitcher } from './quick-switcher.tsx';
import { useBadge } from './use-badge.ts';
import { useShortcuts } from './use-shortcuts.ts';

const loadConversation = async () => {
  const { ConversationPage } = await import('../conversation/conversation-page.tsx');
  return { default: ConversationPage };
};
const ConversationPage = lazy(loadConversation);
// Fetched while the lists are, so that it is there when a conversation is opened.
void loadConversation().catch(() => undefined);

/** Two panes side by side, or one at a time where there is no room. */
export function ChatApp() {
  const route = useRoute();
  const connection = useStore((snapshot) => snapshot.connection);
  useTitle(route);
  useNotifications();
  usePush();
  const [isSwitching, setIsSwitching] = useState(false);
  const searching = useMakeSearching();
  const chatId = route.page === 'chat' ? route.chatId : undefined;
  useShortcuts({ onSwitch: () => setIsSwitching(true), onSearch: () => searching.open(chatId) });
  if (connection.status === 'refused') return <RefusedPage refusal={connection} />;

  return (
    <SearchingProvider value={searching}>
      <div className="app" data-page={route.page}>
        <div className="notices">
          <UpdateNotice />
          <ConnectionBanner />
        </div>
        <Sidebar selected={route.page === 'chat' ? route.chatId : null} />
        <main className="pane">
          <WayBack />
          <ErrorBoundary key={route.page === 'chat' ? route.chatId : route.page}>
            <Suspense>
              <Pane route={route} />
            </Suspense>
          </ErrorBoundary>
        </main>
        <Announcer />
        {isSwitching && <QuickSwitcher onClose={() => setIsSwitching(false)} />}
        {searching.isOpen && <SearchDialog />}
      </div>
    </SearchingProvider>
  );
}

function Pane({ route }: { readonly route: Route }) {
  switch (route.page) {
    case 'chat':
      return <ConversationPage key={route.chatId} chatId={route.chatId} />;
    case 'home':
      return (
        <EmptyPane title="Pick a conversation">
          Or find somebody with the search: press / to get there, or Ctrl+K from anywhere.
        </EmptyPane>
      );
    case 'join':
      return <JoinPage key={route.code} code={route.code} />;
    case 'missing':
      return (
        <EmptyPane title="There is no such page" hasWayHome>
          The address may be mistyped.
        </EmptyPane>
      );
  }
  return route satisfies never;
}

/** The tab's title and icon: how much is unread, and with whom one is talking. */
function useTitle(route: Route): void {
  const unread = useUnread();
  const chatId = route.page === 'chat' ? route.chatId : null;
  const chat = useStore(({ chats }) => chats.find(({ id }) => id === chatId));
  const name = chat && faceOf(chat).name;
  useEffect(() => {
    document.title = `${unread && `(${unread}) `}${name ? `${name} · ` : ''}Whisper`;
  }, [unread, name]);
}

/** So many chats are fetched to count what is unread in them; the list has a button for more. */
const countedMax = 500;

/** What is muted or archived asks for nobody. */
function isCounted(chat: Chat): boolean {
  return chat.archivedAt === null && !isMuted(chat);
}

/** How many messages are unread, with a plus when there are chats that nobody counted; empty for none. */
function useUnread(): string {
  const { store } = useClient().client;
  const unread = useStore(({ chats }) => chats.filter(isCounted).reduce((sum, chat) => sum + chat.unread, 0));
  const count = useStore(({ chats }) => chats.length);
  const hasMore = useStore(({ isSynced, hasMoreChats }) => isSynced && hasMoreChats);
  useBadge(unread);
  useEffect(() => {
    if (hasMore && count < countedMax) void store.loadMoreChats().catch(() => undefined);
  }, [store, hasMore, count]);
  return unread > 0 ? `${unread}${hasMore ? '+' : ''}` : '';
}
