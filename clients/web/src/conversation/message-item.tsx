import { memo } from 'react';
import { Folded } from '../protect/folded.tsx';
import { tintOf } from '../ui/avatar.tsx';
import { formatDay } from '../ui/format-time.ts';
import type { ChatItem } from './chat-items.ts';
import { MessageBody } from './message-body.tsx';
import { MessageNote } from './message-note.tsx';
import { Reactions } from './reactions.tsx';

type Props = {
  readonly item: ChatItem;
  readonly today: number;
  /** Whether it must be said who speaks. */
  readonly isGroup: boolean;
  /** Tab leads to the menu of this message; the arrow keys lead on to the others. */
  readonly isEntry: boolean;
};

export const MessageItem = memo(function MessageItem({ item, today, isGroup, isEntry }: Props) {
  const { at, startsDay, startsUnread } = item;
  return (
    <>
      {startsDay && (
        <h2 className="day">
          <time dateTime={at.toISOString()}>{formatDay(at, today)}</time>
        </h2>
      )}
      {startsUnread && <h2 className="unread-line">New messages</h2>}
      {item.notice === null ? (
        <Said item={item} isGroup={isGroup} isEntry={isEntry} />
      ) : (
        <article className="notice" data-seq={item.seq ?? undefined} tabIndex={-1}>
          <p dir="auto">{item.notice}</p>
        </article>
      )}
    </>
  );
});

function Said({ item, isGroup, isEntry }: Omit<Props, 'today'>) {
  const { message, isMine, senderName, state, startsGroup, endsGroup } = item;
  const isNamed = isGroup && !isMine && startsGroup;
  return (
    <article
      className="message"
      data-mine={isMine || undefined}
      data-state={state}
      data-starts={startsGroup || undefined}
      data-ends={endsGroup || undefined}
      data-seq={item.seq ?? undefined}
      tabIndex={-1}
    >
      {isNamed ? (
        <p className="message-sender" data-tint={tintOf(senderName)}>
          <bdi>{senderName}</bdi>
        </p>
      ) : (
        <span className="hidden">{isMine ? 'You:' : `${senderName}:`}</span>
      )}
      <Folded message={message}>
        <MessageBody item={item} isEntry={isEntry} />
        {message && <Reactions message={message} />}
      </Folded>
      <MessageNote item={item} />
    </article>
  );
}
