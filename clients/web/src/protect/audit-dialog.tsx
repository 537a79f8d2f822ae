import type { AuditAction, AuditEntry } from '@whisper/shared';
import { useCallback } from 'react';
import { useClient } from '../store/use-client.ts';
import { Dialog } from '../ui/dialog.tsx';
import { PagedList, usePages } from './paged-list.tsx';

/** What moderators did, when and to whom, for moderators: the newest first. */
export function AuditDialog({ onClose }: { readonly onClose: () => void }) {
  const { api } = useClient().client;
  const ask = useCallback(
    async (cursor: string | null) => {
      const { entries, nextCursor } = await api.audit.list.query({ cursor });
      return { items: entries, nextCursor };
    },
    [api],
  );
  return (
    <Dialog title="What moderators did" onClose={onClose}>
      <PagedList pages={usePages(ask)} empty="Nothing yet." onClose={onClose}>
        {(entry) => <AuditItem key={entry.id} entry={entry} />}
      </PagedList>
    </Dialog>
  );
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
