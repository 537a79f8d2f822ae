import type { RefusedChange } from '@whisper/client';
import type { Message, ClientId } from '@whisper/shared';
import { useClient, useIsLost } from '../store/use-client.ts';
import { formatTime } from '../ui/format-time.ts';
import { Icon } from '../ui/icon.tsx';
import { useActs } from './acts.ts';
import type { ChatItem, Receipt } from './chat-items.ts';

/** What stands under a message: when it was stored, or why it is not. */
export function MessageNote({ item }: { readonly item: ChatItem }) {
  const { state, clientId, failure, refused, endsGroup } = item;
  switch (state) {
    case 'failed':
      return <FailedNote clientId={clientId} reason={`Not sent: ${failure ?? ''}`} />;
    case 'pending':
      return endsGroup ? <PendingNote /> : null;
    case 'sent':
      return (
        <>
          <SentNote item={item} />
          {refused && (
            <FailedNote
              clientId={refused.clientId}
              reason={`${refusalLabels[refused.kind]}: ${refused.message}`}
            />
          )}
        </>
      );
  }
  return state satisfies never;
}

/** What differs from other messages is always in sight; the rest only under the last one of a group. */
function SentNote({ item: { message, receipt, at, endsGroup } }: { readonly item: ChatItem }) {
  const isEdited = message?.editedAt != null && message.deletedAt === null;
  const isPinned = message?.pinnedAt != null;
  return (
    <p className={endsGroup || isEdited || isPinned ? 'message-meta' : 'hidden'}>
      {isPinned && (
        <span className="mark">
          <Icon name="pin" />
          <span>Pinned</span>
        </span>
      )}
      {isEdited && <EditedMark id={message.id} />}
      <time dateTime={at.toISOString()}>{formatTime(at)}</time>
      {receipt && message?.deletedAt === null && <Ticks receipt={receipt} />}
    </p>
  );
}

function EditedMark({ id }: Pick<Message, 'id'>) {
  const { show } = useActs();
  return (
    <button
      type="button"
      className="mark-button"
      aria-label="Edited, show earlier texts"
      aria-haspopup="dialog"
      onClick={() => show({ type: 'edits', id })}
    >
      Edited
    </button>
  );
}

const refusalLabels: Record<RefusedChange['kind'], string> = {
  edit: 'Not edited',
  delete: 'Not deleted',
  hide: 'Not deleted for you',
  react: 'Reaction not saved',
  pin: 'Pin not changed',
};

const receiptLabels: Record<Receipt, string> = { sent: 'Sent', delivered: 'Delivered', read: 'Read' };

/** One tick for the server, two for a device of the other person, coloured ones for their eyes. */
function Ticks({ receipt }: { readonly receipt: Receipt }) {
  return (
    <span className="ticks" data-receipt={receipt} title={receiptLabels[receipt]}>
      <Icon name={receipt === 'sent' ? 'sent' : 'delivered'} />
      <span className="hidden">{receiptLabels[receipt]}</span>
    </span>
  );
}

type FailedProps = { readonly clientId: ClientId; readonly reason: string };

/** For a message or a change that the server refused: its writer sends it again or discards it. */
function FailedNote({ clientId, reason }: FailedProps) {
  const { store } = useClient().client;
  return (
    <p className="message-meta failed" role="alert">
      <Icon name="warning" />
      <span>{reason}</span>
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
