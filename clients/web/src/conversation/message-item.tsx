import type { ClientId } from '@whisper/shared';
import { memo } from 'react';
import { useClient, useIsLost } from '../store/use-client.ts';
import { formatDay, formatTime } from '../ui/format-time.ts';
import { Icon } from '../ui/icon.tsx';
import type { ChatItem } from './chat-items.ts';
import { isEmojiOnly, parseText, type Inline } from './parse-text.ts';

type Props = { readonly item: ChatItem; readonly today: number };

export const MessageItem = memo(function MessageItem({ item, today }: Props) {
  const { at, isMine, senderName, state, startsDay, startsUnread, startsGroup, endsGroup } = item;
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
      >
        <span className="hidden">{isMine ? 'You:' : `${senderName}:`}</span>
        <MessageText text={item.text} />
        <MessageNote item={item} />
      </article>
    </>
  );
});

/** What stands under a message: when it was stored, or why it is not. */
function MessageNote({ item: { state, clientId, failure, at, endsGroup } }: Pick<Props, 'item'>) {
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

type FailedProps = { readonly clientId: ClientId; readonly reason: string };

/** For a message that the server refused: its writer sends it again or discards it. */
function FailedNote({ clientId, reason }: FailedProps) {
  const { store } = useClient().client;
  return (
    <p className="message-meta failed" role="alert">
      <Icon name="warning" />
      <span>{`Not sent: ${reason}`}</span>
      <button type="button" className="text-button" onClick={() => store.retry(clientId)}>
        Try again
      </button>
      <button type="button" className="text-button" onClick={() => store.discard(clientId)}>
        Discard
      </button>
    </p>
  );
}

/** For a message that is not stored yet. The style sheet shows it only after a delay. */
function PendingNote() {
  const isLost = useIsLost();
  return (
    <p className="message-meta pending">
      <Icon name="waiting" />
      <span>{isLost ? 'Waits for a connection' : 'Sending'}</span>
    </p>
  );
}

/** What somebody wrote: always text, each line in its own direction. */
const MessageText = memo(function MessageText({ text }: { readonly text: string }) {
  return (
    <div className="bubble" data-emoji={isEmojiOnly(text) || undefined}>
      {parseText(text).map((block, index) =>
        block.type === 'code' ? (
          <pre key={index} tabIndex={0} role="region" aria-label="Code" dir="ltr">
            <code>{block.text}</code>
          </pre>
        ) : (
          <p key={index} dir="auto">
            {block.parts.map((part, place) => (
              <Part key={place} part={part} />
            ))}
          </p>
        ),
      )}
    </div>
  );
});

function Part({ part }: { readonly part: Inline }) {
  switch (part.type) {
    case 'text':
      return <span>{part.text}</span>;
    case 'code':
      return <code>{part.text}</code>;
    case 'link':
      return (
        <a href={part.href} target="_blank" rel="noopener noreferrer">
          {part.text}
        </a>
      );
  }
  return part satisfies never;
}
