import { lazy, Suspense } from 'react';
import { useStore } from '../store/use-client.ts';
import { DialogButton } from '../ui/dialog-button.tsx';
import { BlockedDialog } from './blocked-dialog.tsx';

// Few people are moderators.
const AuditDialog = lazy(async () => ({ default: (await import('./audit-dialog.tsx')).AuditDialog }));
const ReportsDialog = lazy(async () => ({ default: (await import('./reports-dialog.tsx')).ReportsDialog }));

/** Whom I block, once I do; and for moderators what was reported and what they did. */
export function ProtectButtons() {
  const hasBlocked = useStore(({ blocked }) => blocked.length > 0);
  const isModerator = useStore(({ me }) => me?.isModerator === true);
  return (
    <>
      {hasBlocked && (
        <DialogButton label="Blocked people" icon="muted">
          {(close) => <BlockedDialog onClose={close} />}
        </DialogButton>
      )}
      {isModerator && (
        <Suspense>
          <DialogButton label="Reports" icon="warning">
            {(close) => <ReportsDialog onClose={close} />}
          </DialogButton>
          <DialogButton label="What moderators did" icon="ledger">
            {(close) => <AuditDialog onClose={close} />}
          </DialogButton>
        </Suspense>
      )}
    </>
  );
}
