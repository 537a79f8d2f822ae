import { memo } from 'react';
import { formatDay } from '../ui/format-time.ts';
import type { ChatItem } from './chat-items.ts';
import { MessageBody } from './message-body.tsx';
import { MessageNote } from './message-note.tsx';
import { Reactions } from './reactions.tsx';

type Props = {
  readonly item: ChatItem;
  readonly today: number;
  /** Tab leads to the menu of this message; the arrow keys lead on to the others. */
  readonly isEntry: boolean;
};

export const MessageItem = memo(function MessageItem({ item, today, isEntry }: Props) {
  const { message, at, isMine, senderName, state, startsDay, startsUnread, startsGroup, endsGroup } = item;
  return (
    <>
      {startsDay && (
        <h2 className="day">
          <time dateTime={at.toISOString()}>{formatDay(at, today)}</time>
        </h2>
      )}
      {startsUnread && <h2 className="unread-line">New messages</h2>}
      <article
        className="message"
        data-mine={isMine || undefined}
        data-state={state}
        data-starts={startsGroup || undefined}
        data-ends={endsGroup || undefined}
        data-seq={item.seq ?? undefined}
        tabIndex={-1}
      >
        <span className="hidden">{isMine ? 'You:' : `${senderName}:`}</span>
        <MessageBody item={item} isEntry={isEntry} />
        {message && <Reactions message={message} />}
        <MessageNote item={item} />
      </article>
    </>
  );
});
