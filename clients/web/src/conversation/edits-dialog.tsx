import { useQuery } from '@tanstack/react-query';
import { toFailure } from '@whisper/client';
import type { Message } from '@whisper/shared';
import { useClient } from '../store/use-client.ts';
import { Dialog } from '../ui/dialog.tsx';
import { formatDay, formatTime } from '../ui/format-time.ts';
import { useToday } from '../ui/use-today.ts';
import { useActs } from './acts.ts';

/** What a message said before, oldest first. */
export function EditsDialog({ message: { id, rev } }: { readonly message: Message }) {
  const { api } = useClient().client;
  const { close } = useActs();
  const today = useToday();
  const { data, error } = useQuery({
    queryKey: ['message.edits', id, rev],
    queryFn: ({ signal }) => api.message.edits.query({ messageId: id }, { signal }),
  });
  return (
    <Dialog title="Earlier texts" onClose={close}>
      {!data && !error && <p role="status">Fetching earlier texts…</p>}
      {error && <p role="alert">{`${toFailure(error).message}.`}</p>}
      <ol className="dialog-list edits" tabIndex={0} aria-label="Earlier texts">
        {data?.edits.map(({ text, writtenAt }) => (
          <li key={writtenAt.getTime()}>
            <time dateTime={writtenAt.toISOString()}>
              {`${formatDay(writtenAt, today)}, ${formatTime(writtenAt)}`}
            </time>
            <p dir="auto">{text}</p>
          </li>
        ))}
      </ol>
      <div className="button-row">
        <button type="button" className="button quiet" onClick={close} data-first>
          Close
        </button>
      </div>
    </Dialog>
  );
}
