import { receiptOf, type ChatRow, type ChatView } from '@whisper/client';
import { faceOf, type Chat, type ChatId, type Me, type Message } from '@whisper/shared';
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { useClient, useIsLost } from '../store/use-client.ts';
import { useNameOf } from '../store/use-people-of.ts';
import { Icon } from '../ui/icon.tsx';
import type { Target } from './acts.ts';
import { isActionable, isUnreadAfter, toChatItems, type ChatItem } from './chat-items.ts';
import { MessageItem } from './message-item.tsx';
import { PinnedBar } from './pinned-bar.tsx';
import { moveBetweenMessages } from './move-between-messages.ts';
import { useJump } from './use-jump.ts';
import { useMessageScroll, type MessageVirtualizer } from './use-message-scroll.ts';
import { formatDay } from '../ui/format-time.ts';
import { useToday } from '../ui/use-today.ts';

type Ready = Extract<ChatView, { status: 'ready' }>;
type Props = {
  readonly chat: Chat;
  readonly view: Ready;
  readonly rows: readonly ChatRow[];
  readonly me: Me;
  /** The message that was jumped to. */
  readonly target: Target | null;
};
/** The place from which messages were unread when the conversation was opened; null without any. */
type Unread = { readonly unreadFrom: number | null };

/** The messages, from where one left them or the first unread one, which is fetched where it is not held. */
export function MessageList(props: Props) {
  const { chat, view } = props;
  const { places } = useClient();
  const [unreadFrom] = useState(() => (chat.unread > 0 ? chat.readSeq + 1 : null));
  const [startSeq] = useState(() => places.get(chat.id) ?? unreadFrom);
  const isThere = useIsThere(chat.id, startSeq, view);
  return isThere ? <Messages {...props} unreadFrom={unreadFrom} /> : <div className="messages" />;
}

/** Only those in sight are in the document, however many there are. */
function Messages({ chat, view, rows, me, target, unreadFrom }: Props & Unread) {
  const { hasOlder, hasNewer } = view.log;
  const items = useItems({ chat, view, rows, me, unreadFrom });
  const { scrollRef, virtualizer, isAtEnd, top, goToEnd } = useMessageScroll(items, {
    chatId: chat.id,
    hasOlder,
    hasNewer,
    unreadFrom,
  });
  const isJumping = useJump(items, { chatId: chat.id, virtualizer, target });
  const unseen = useUnseen(items, { chat, hasNewer, isAtEnd, unreadFrom });
  useMarkRead(chat, isAtEnd);

  return (
    <div className="messages-frame">
      <PinnedBar messages={view.log.messages} />
      <div
        className="messages"
        ref={scrollRef}
        tabIndex={0}
        role="region"
        aria-label="Messages"
        onKeyDown={moveBetweenMessages}
      >
        {items.length === 0 && <ConversationStart chat={chat} />}
        <div className="messages-sizer" role="list" style={{ height: virtualizer.getTotalSize() }}>
          <Rows items={items} virtualizer={virtualizer} chat={chat} log={view.log} />
        </div>
      </div>
      {top && !top.startsDay && <StickyDay at={top.at} />}
      {(isJumping || view.isLoadingOlder) && (
        <p className="loading-older" role="status">
          {isJumping ? 'Fetching the message…' : 'Fetching older messages…'}
        </p>
      )}
      {!isAtEnd && <JumpPill unseen={unseen} onJump={goToEnd} />}
    </div>
  );
}

type RowsProps = {
  readonly items: readonly ChatItem[];
  readonly virtualizer: MessageVirtualizer;
  readonly chat: Chat;
  readonly log: Ready['log'];
};

function Rows({ items, virtualizer, chat, log: { hasOlder, hasNewer } }: RowsProps) {
  const today = useToday();
  const lastActionable = items.findLast(isActionable);
  return (
    <>
      {virtualizer.getVirtualItems().map(({ key, index, start }) => {
        const item = items[index];
        return (
          item && (
            <div
              key={key}
              className="message-place"
              role="listitem"
              aria-setsize={hasOlder || hasNewer ? -1 : items.length}
              aria-posinset={index + 1}
              data-index={index}
              ref={virtualizer.measureElement}
              style={{ transform: `translateY(${start}px)` }}
            >
              {index === 0 && !hasOlder && <ConversationStart chat={chat} />}
              <MessageItem
                item={item}
                today={today}
                isGroup={chat.kind === 'group'}
                isEntry={item === lastActionable}
              />
            </div>
          )
        );
      })}
    </>
  );
}

function useItems({ chat, view, rows, me, unreadFrom }: Omit<Props, 'target'> & Unread): ChatItem[] {
  const nameOf = useNameOf(chat.id);
  const { hasOlder } = view.log;
  return useMemo(() => {
    const myReceiptOf = (message: Message) => receiptOf(chat, message);
    const options = { me, receiptOf: myReceiptOf, nameOf, hasOlder, unreadFrom };
    return toChatItems(rows, options);
  }, [chat, rows, me, nameOf, hasOlder, unreadFrom]);
}

/** The day of what stands at the top; the headings of days say it to those who listen. */
function StickyDay({ at }: Pick<ChatItem, 'at'>) {
  const today = useToday();
  return (
    <p className="sticky-day" aria-hidden="true">
      <span>{formatDay(at, today)}</span>
    </p>
  );
}

function ConversationStart({ chat }: Pick<Props, 'chat'>) {
  const { name } = faceOf(chat);
  if (chat.kind === 'direct') {
    return (
      <p className="conversation-start">
        This is the beginning of your conversation with <bdi>{name}</bdi>.
      </p>
    );
  }
  return (
    <p className="conversation-start">
      This is the beginning of <bdi>{name}</bdi>.
    </p>
  );
}

type PillProps = { readonly unseen: number; readonly onJump: () => void };

/** The way to the newest message; says how many came while one was reading further up. */
function JumpPill({ unseen, onJump }: PillProps) {
  const label = unseen === 1 ? '1 new message' : `${unseen} new messages`;
  return (
    <button
      type="button"
      className="jump-pill"
      data-news={unseen > 0 || undefined}
      aria-label={unseen > 0 ? `${label}, jump to the newest` : 'Jump to the newest message'}
      onClick={onJump}
    >
      {unseen > 0 && <span>{label}</span>}
      <Icon name="down" />
    </button>
  );
}

/** Whether the messages around a place are held; they are fetched once, unless there is no connection. */
function useIsThere(chatId: ChatId, seq: number | null, { log }: Ready): boolean {
  const { store } = useClient().client;
  const isLost = useIsLost();
  const oldest = log.messages[0]?.seq ?? 0;
  const [isThere, setIsThere] = useState(seq === null || seq >= oldest || !log.hasOlder);
  useEffect(() => {
    if (isThere || seq === null) return;
    const arrive = () => setIsThere(true);
    void store.openAround(chatId, seq).then(arrive, arrive);
  }, [store, chatId, seq]);
  // What is held is better than nothing.
  useEffect(() => {
    if (isLost) setIsThere(true);
  }, [isLost]);
  return isThere;
}

type Seen = Unread & { readonly chat: Chat; readonly hasNewer: boolean; readonly isAtEnd: boolean };

/** How many messages of others lie below the last one that was in sight at the end of the conversation. */
function useUnseen(items: readonly ChatItem[], { chat, hasNewer, isAtEnd, unreadFrom }: Seen): number {
  const heldSeq = items.findLast(({ seq }) => seq !== null)?.seq ?? 0;
  const lastSeq = hasNewer ? Math.max(heldSeq, chat.lastSeq) : heldSeq;
  const [seenSeq, setSeenSeq] = useState(unreadFrom === null ? lastSeq : unreadFrom - 1);
  useEffect(() => {
    if (isAtEnd) setSeenSeq(lastSeq);
  }, [isAtEnd, lastSeq]);
  if (isAtEnd) return 0;
  // Whose the ones are that are not held is not known here.
  if (hasNewer) return chat.unread;
  const above = Math.max(0, (items[0]?.seq ?? 0) - seenSeq - 1);
  return above + items.filter((item) => isUnreadAfter(seenSeq, item)).length;
}

/** Marks the chat read while its end is in sight of somebody who looks at this window. */
function useMarkRead(chat: Chat, isAtEnd: boolean): void {
  const { store } = useClient().client;
  const isLooking = useSyncExternalStore(subscribe, isLookedAt);
  const { id, unread, lastMessage } = chat;
  useEffect(() => {
    if (isLooking && isAtEnd && unread > 0) store.markRead(id);
  }, [store, isLooking, isAtEnd, id, unread, lastMessage?.seq]);
}

function isLookedAt(): boolean {
  return document.visibilityState === 'visible' && document.hasFocus();
}

function subscribe(listener: () => void): () => void {
  addEventListener('focus', listener);
  addEventListener('blur', listener);
  document.addEventListener('visibilitychange', listener);
  return () => {
    removeEventListener('focus', listener);
    removeEventListener('blur', listener);
    document.removeEventListener('visibilitychange', listener);
  };
}
