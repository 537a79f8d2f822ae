import { faceOf, type Chat } from '@whisper/shared';
import { Link } from '../routing/link.tsx';
import { chatPath } from '../routing/route.ts';
import { useClient, useIsOnline, useStore } from '../store/use-client.ts';
import { useDraft } from '../store/use-drafts.ts';
import { isMuted } from '../store/muted.ts';
import { Avatar } from '../ui/avatar.tsx';
import { formatRecent } from '../ui/format-time.ts';
import { Icon } from '../ui/icon.tsx';
import { previewOf, type Preview } from './preview.ts';

type Props = { readonly chat: Chat; readonly isSelected: boolean; readonly today: number };

export function ChatRow({ chat, isSelected, today }: Props) {
  const { client } = useClient();
  const { unread } = chat;
  const participant = faceOf(chat);
  const isOnline = useIsOnline(participant.id);
  const isTyping = useStore(({ typing }) => typing.has(chat.id));
  const preview = usePreview(chat, isSelected);
  // Starts the fetch at pointer down, before the click.
  const prepare = () => client.store.holdChat(chat.id)();

  return (
    <li>
      <Link
        className="row"
        href={chatPath(chat.id)}
        data-row={chat.id}
        tabIndex={-1}
        aria-current={isSelected ? 'page' : undefined}
        onPointerDown={prepare}
      >
        <Avatar person={participant} isOnline={isOnline} />
        <span className="row-name">
          <bdi>{participant.name}</bdi>
          {isOnline && <span className="hidden">, online</span>}
          {chat.pinnedAt && <RowMark icon="pin" label="kept at the top" />}
          {isMuted(chat) && <RowMark icon="muted" label="muted" />}
        </span>
        {'at' in preview && (
          <time className="row-time" dateTime={preview.at.toISOString()}>
            {formatRecent(preview.at, today)}
          </time>
        )}
        {isTyping ? <span className="row-preview typing">typing…</span> : <PreviewLine preview={preview} />}
        {unread > 0 && <Unread chat={chat} />}
      </Link>
    </li>
  );
}

type MarkProps = { readonly icon: Parameters<typeof Icon>[0]['name']; readonly label: string };

function RowMark({ icon, label }: MarkProps) {
  return (
    <span className="row-mark">
      <Icon name={icon} />
      <span className="hidden">{`, ${label}`}</span>
    </span>
  );
}

/** How much is unread, and whether it was meant for me. */
function Unread({ chat }: Pick<Props, 'chat'>) {
  const { unread, unreadMentions } = chat;
  return (
    <span className="badge" data-muted={isMuted(chat) || undefined}>
      {unreadMentions > 0 && <span className="badge-mention">@</span>}
      <span>{unread > 99 ? '99+' : unread}</span>
      <span className="hidden"> unread</span>
      {unreadMentions > 0 && <span className="hidden">{`, ${unreadMentions} mention you`}</span>}
    </span>
  );
}

/** In the open conversation one sees what one writes, so the list shows what was said. */
function usePreview(chat: Chat, isSelected: boolean): Preview {
  const meId = useStore(({ me }) => me?.id);
  const outbox = useStore((snapshot) => snapshot.outbox);
  const [text] = useDraft(chat.id);
  const draft = isSelected && chat.lastMessage ? '' : text;
  return previewOf(chat, { meId, outbox, draft });
}

function PreviewLine({ preview }: { readonly preview: Preview }) {
  if (preview.type === 'none') return <span className="row-preview">No messages yet</span>;
  const label = labelOf(preview);
  return (
    <span className="row-preview" data-type={preview.type}>
      {preview.type === 'waiting' && <Icon name="waiting" />}
      {label !== '' && <span className="row-label">{`${label} `}</span>}
      <bdi>{preview.text}</bdi>
    </span>
  );
}

function labelOf(preview: Exclude<Preview, { type: 'none' }>): string {
  switch (preview.type) {
    case 'draft':
      return 'Draft:';
    case 'failed':
      return 'Not sent:';
    case 'waiting':
      return 'You:';
    case 'said':
      return preview.by === null ? '' : `${preview.by}:`;
  }
  return preview satisfies never;
}
