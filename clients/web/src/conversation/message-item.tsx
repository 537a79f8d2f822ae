import { memo } from 'react';
import { formatDay, formatTime } from '../ui/format-time.ts';
import type { ChatItem } from './chat-items.ts';
import { FailedNote } from './failed-note.tsx';
import { MessageText } from './message-text.tsx';
import { PendingNote } from './pending-note.tsx';

type Props = { readonly item: ChatItem };

export const MessageItem = memo(function MessageItem({ item }: Props) {
  const { at, isMine, senderName, state, startsDay, startsGroup, endsGroup } = item;
  return (
    <>
      {startsDay && (
        <h3 className="day">
          <time dateTime={at.toISOString()}>{formatDay(at, new Date())}</time>
        </h3>
      )}
      <article
        className="message"
        data-mine={isMine || undefined}
        data-state={state}
        data-starts={startsGroup || undefined}
        data-ends={endsGroup || undefined}
      >
        <span className="hidden">{isMine ? 'You:' : `${senderName}:`}</span>
        <MessageText text={item.text} />
        <MessageNote item={item} />
      </article>
    </>
  );
});

/** What stands under a message: when it was stored, or why it is not. */
function MessageNote({ item: { state, clientId, failure, at, endsGroup } }: Props) {
  switch (state) {
    case 'failed':
      return <FailedNote clientId={clientId} reason={failure ?? ''} />;
    case 'pending':
      return endsGroup ? <PendingNote /> : null;
    case 'sent':
      return (
        <p className={endsGroup ? 'message-meta' : 'hidden'}>
          <time dateTime={at.toISOString()}>{formatTime(at)}</time>
        </p>
      );
  }
  return state satisfies never;
}
