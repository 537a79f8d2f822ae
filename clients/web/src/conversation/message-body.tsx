import type { ForwardedFrom, Message, Reply } from '@whisper/shared';
import { Attachments } from '../files/attachments.tsx';
import { QueuedFiles } from '../files/queued-file.tsx';
import { Icon } from '../ui/icon.tsx';
import { useLongPress } from '../ui/use-long-press.ts';
import { moreButtonId, useActs } from './acts.ts';
import type { ChatItem } from './chat-items.ts';
import { MessageText } from './message-text.tsx';
import { isEmojiOnly } from './parse-text.ts';

type Props = { readonly item: ChatItem; readonly isEntry: boolean };

/** What a message says, and beside it the button of its menu. */
export function MessageBody({ item, isEntry }: Props) {
  const { message } = item;
  if (message === null) return <Bubble item={item} />;
  if (message.deletedAt !== null) {
    return (
      <div className="bubble" data-deleted>
        <p>Message deleted</p>
      </div>
    );
  }
  return <ActionableBody item={item} id={message.id} isEntry={isEntry} />;
}

function ActionableBody({ item, id, isEntry }: Props & Pick<Message, 'id'>) {
  const { show } = useActs();
  const openMenu = () => show({ type: 'menu', id });
  const press = useLongPress(openMenu);
  return (
    <div className="message-row">
      <div className="bubble-place" {...press}>
        <Bubble item={item} />
      </div>
      <button
        type="button"
        id={moreButtonId(id)}
        className="message-more"
        aria-label="Message actions"
        aria-haspopup="menu"
        tabIndex={isEntry ? 0 : -1}
        onClick={openMenu}
      >
        <Icon name="more" />
      </button>
    </div>
  );
}

function Bubble({ item: { text, files, mentioned, reply, message } }: Pick<Props, 'item'>) {
  const forwardedFrom = message?.forwardedFrom;
  const isBare = !reply && !forwardedFrom && isEmojiOnly(text);
  return (
    <div className="bubble" data-emoji={isBare || undefined}>
      {forwardedFrom && <ForwardedLine from={forwardedFrom} />}
      {reply && <Quote reply={reply} />}
      {message && <Attachments message={message} />}
      <QueuedFiles files={files} />
      {text !== '' && <MessageText text={text} mentioned={mentioned} />}
    </div>
  );
}

function ForwardedLine({ from }: { readonly from: ForwardedFrom }) {
  return (
    <div className="forwarded">
      <Icon name="forward" />
      <span>
        <span>Forwarded from</span> <bdi>{from.sender.name}</bdi>
      </span>
    </div>
  );
}

/** The message that this one answers; leads there. */
function Quote({ reply }: { readonly reply: Reply }) {
  const { jumpTo } = useActs();
  return (
    <button type="button" className="quote" onClick={() => jumpTo(reply.seq)}>
      <span className="hidden">In reply to</span> <bdi className="quote-name">{reply.sender.name}</bdi>
      <span className="quote-text" dir="auto">
        {reply.isDeleted ? 'Message deleted' : reply.excerpt}
      </span>
    </button>
  );
}
