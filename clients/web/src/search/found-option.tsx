import { faceOf, type FoundMessage, type TextRange } from '@whisper/shared';
import { Fragment } from 'react';
import { useStore } from '../store/use-client.ts';
import { Avatar } from '../ui/avatar.tsx';
import { formatRecent } from '../ui/format-time.ts';
import { useToday } from '../ui/use-today.ts';
import { cutAround } from './cut-around.ts';
import { useSearching } from './searching.ts';

type Props = {
  readonly found: FoundMessage;
  readonly isActive: boolean;
  readonly onFollow: () => void;
};

/** One result: whose it is, where and when, and the part of it that holds what was looked for. */
export function FoundOption({ found, isActive, onFollow }: Props) {
  const { message, highlights } = found;
  const today = useToday();
  const { form } = useSearching();
  const chat = useStore(({ chats }) => chats.find(({ id }) => id === message.chatId));
  return (
    <li
      id={optionId(found)}
      className="dialog-row found"
      role="option"
      aria-selected={isActive}
      onPointerDown={(event) => event.preventDefault()}
      onClick={onFollow}
    >
      <Avatar person={message.sender} />
      <div className="found-about">
        <p className="found-from">
          <bdi>{message.sender.name}</bdi>
          {chat && form.chatId === undefined && (
            <span>
              {' '}
              {chat.kind === 'group' ? 'in' : 'with'} <bdi>{faceOf(chat).name}</bdi>
            </span>
          )}
          <time dateTime={message.createdAt.toISOString()}>{formatRecent(message.createdAt, today)}</time>
        </p>
        {message.text !== '' && (
          <p className="found-text" dir="auto">
            <Marked {...cutAround(message.text, highlights)} />
          </p>
        )}
        {message.attachments.length > 0 && (
          <p className="found-text">{message.attachments.map(({ name }) => name).join(', ')}</p>
        )}
      </div>
    </li>
  );
}

export function optionId({ message }: FoundMessage): string {
  return `found-${message.id}`;
}

function Marked({ text, ranges }: { readonly text: string; readonly ranges: readonly TextRange[] }) {
  return (
    <>
      {ranges.map(({ start, end }, index) => (
        <Fragment key={start}>
          {text.slice(ranges[index - 1]?.end ?? 0, start)}
          <mark>{text.slice(start, end)}</mark>
        </Fragment>
      ))}
      {text.slice(ranges.at(-1)?.end ?? 0)}
    </>
  );
}
