import { rowsOf, type ChatView } from '@whisper/client';
import type { Chat, Me } from '@whisper/shared';
import { useMemo } from 'react';
import { useStore } from '../store/use-store.ts';
import { toChatItems } from './chat-items.ts';
import { ConversationStart } from './conversation-start.tsx';
import { JumpPill } from './jump-pill.tsx';
import { MessageItem } from './message-item.tsx';
import { useMarkRead } from './use-mark-read.ts';
import { useMessageScroll } from './use-message-scroll.ts';
import { useUnseen } from './use-unseen.ts';

type Ready = Extract<ChatView, { status: 'ready' }>;
type Props = { readonly chat: Chat; readonly view: Ready; readonly me: Me };

/** The messages: only those in sight are in the document, however many there are. */
export function MessageList({ chat, view, me }: Props) {
  const outbox = useStore((snapshot) => snapshot.outbox);
  const { hasOlder } = view.log;
  const items = useMemo(
    () => toChatItems(rowsOf(chat.id, { view, outbox }), { me, hasOlder }),
    [chat.id, view, outbox, me, hasOlder],
  );
  const { scrollRef, virtualizer, isAtEnd, scrollToEnd } = useMessageScroll(items, {
    chatId: chat.id,
    hasOlder,
  });
  const unseen = useUnseen(items, isAtEnd);
  useMarkRead(chat, isAtEnd);

  return (
    <div className="messages-frame">
      <div className="messages" ref={scrollRef} tabIndex={0} role="region" aria-label="Messages">
        {items.length === 0 && <ConversationStart name={chat.participant.name} />}
        <div className="messages-sizer" role="list" style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map(({ key, index, start }) => {
            const item = items[index];
            return (
              item && (
                <div
                  key={key}
                  className="message-place"
                  role="listitem"
                  aria-setsize={hasOlder ? -1 : items.length}
                  aria-posinset={index + 1}
                  data-index={index}
                  ref={virtualizer.measureElement}
                  style={{ transform: `translateY(${start}px)` }}
                >
                  {index === 0 && !hasOlder && <ConversationStart name={chat.participant.name} />}
                  <MessageItem item={item} />
                </div>
              )
            );
          })}
        </div>
      </div>
      {view.isLoadingOlder && (
        <p className="loading-older" role="status">
          Fetching older messages…
        </p>
      )}
      {!isAtEnd && <JumpPill unseen={unseen} onJump={scrollToEnd} />}
    </div>
  );
}
