import type { AuditAction, AuditEntry, AuditPage } from '@whisper/shared';
import { useCallback, useEffect, useState } from 'react';
import { useClient } from '../store/use-client.ts';
import { Dialog } from '../ui/dialog.tsx';
import { ListEnd } from './list-end.tsx';

/** What moderators did, when and to whom, for moderators: the newest first. */
export function AuditDialog({ onClose }: { readonly onClose: () => void }) {
  const { page, hasFailed, loadMore } = useAudit();
  const older = page?.nextCursor ? 'Older ones' : undefined;
  return (
    <Dialog title="What moderators did" onClose={onClose}>
      {page?.entries.length === 0 && <p>Nothing yet.</p>}
      <ul className="report-list">
        {page?.entries.map((entry) => (
          <AuditItem key={entry.id} entry={entry} />
        ))}
      </ul>
      {hasFailed && <p role="alert">It could not be loaded.</p>}
      <ListEnd more={hasFailed ? 'Try again' : older} onMore={loadMore} onClose={onClose} />
    </Dialog>
  );
}

function useAudit() {
  const { api } = useClient().client;
  const [page, setPage] = useState<AuditPage>();
  const [hasFailed, setFailed] = useState(false);
  const load = useCallback(
    (known?: AuditPage) => {
      setFailed(false);
      api.audit.list.query({ cursor: known?.nextCursor ?? null }).then(
        (next) => setPage({ ...next, entries: [...(known?.entries ?? []), ...next.entries] }),
        () => setFailed(true),
      );
    },
    [api],
  );
  useEffect(() => load(), [load]);
  return { page, hasFailed, loadMore: () => load(page) };
}

function AuditItem({ entry: { at, by, action, user, details } }: { readonly entry: AuditEntry }) {
  return (
    <li className="report">
      <p>
        <bdi>{by.name}</bdi> {deeds[action]}
        {user && (
          <>
            {' '}
            <bdi>{user.name}</bdi>
          </>
        )}
        {details && (
          <>
            : “<span dir="auto">{details}</span>”
          </>
        )}
      </p>
      <time dateTime={at.toISOString()}>{moment.format(at)}</time>
    </li>
  );
}

const deeds: Readonly<Record<AuditAction, string>> = {
  userSuspended: 'suspended',
  userUnsuspended: 'ended the suspension of',
  reportResolved: 'resolved a report',
  messageDeleted: 'deleted a message of',
};

const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
