import type { Message, Report } from '@whisper/shared';
import { useCallback, useState } from 'react';
import { useClient } from '../store/use-client.ts';
import { Dialog } from '../ui/dialog.tsx';
import { PagedList, usePages } from './paged-list.tsx';

type Shown = 'open' | 'resolved';

/** What people reported, for moderators: the evidence, and what can be done about it. */
export function ReportsDialog({ onClose }: { readonly onClose: () => void }) {
  const [state, setState] = useState<Shown>('open');
  return (
    <Dialog title="Reports" onClose={onClose}>
      <div className="button-row" role="group" aria-label="Which reports">
        {(['open', 'resolved'] as const).map((each) => (
          <button
            key={each}
            type="button"
            className="button quiet"
            aria-pressed={state === each}
            onClick={() => setState(each)}
          >
            {each === 'open' ? 'Open' : 'Resolved'}
          </button>
        ))}
      </div>
      <Reports key={state} state={state} onClose={onClose} />
    </Dialog>
  );
}

type ReportsProps = { readonly state: Shown; readonly onClose: () => void };

function Reports({ state, onClose }: ReportsProps) {
  const { api } = useClient().client;
  const ask = useCallback(
    async (cursor: string | null) => {
      const { reports, nextCursor } = await api.report.list.query({ state, cursor });
      return { items: reports, nextCursor };
    },
    [api, state],
  );
  const pages = usePages(ask);
  return (
    <PagedList pages={pages} empty="There are none." onClose={onClose}>
      {(report) => <ReportItem key={report.id} report={report} onDone={pages.reload} />}
    </PagedList>
  );
}

type ItemProps = { readonly report: Report; readonly onDone: () => void };

function ReportItem({ report, onDone }: ItemProps) {
  const { evidence, reporter, reason, text, resolution } = report;
  return (
    <li className="report">
      <h3>
        {reason}: <bdi>{evidence.user?.name ?? evidence.chat?.name}</bdi>
      </h3>
      <p>
        Reported by <bdi>{reporter.name}</bdi>
        {text && (
          <>
            : “<span dir="auto">{text}</span>”
          </>
        )}
      </p>
      <ol className="evidence">
        {evidence.messages.map((message) => (
          <Evidence key={message.id} message={message} isReported={message.id === evidence.messageId} />
        ))}
      </ol>
      {resolution ? (
        <p>
          {resolution.outcome === 'dismissed' ? 'Dismissed' : 'Acted upon'} by <bdi>{resolution.by.name}</bdi>
        </p>
      ) : (
        <ReportActions report={report} onDone={onDone} />
      )}
    </li>
  );
}

function Evidence({ message, isReported }: { readonly message: Message; readonly isReported: boolean }) {
  return (
    <li data-reported={isReported || undefined}>
      <bdi>{message.sender.name}</bdi>: <span dir="auto">{message.text || '(deleted)'}</span>
    </li>
  );
}

const dayMs = 86_400_000;
const suspendedDays = 7;

function ReportActions({ report, onDone }: ItemProps) {
  const { api } = useClient().client;
  const [failure, setFailure] = useState<string>();
  const { id: reportId, evidence } = report;
  const { messageId, user } = evidence;
  const act = (call: () => Promise<unknown>) => () => {
    call().then(onDone, (error: Error) => setFailure(error.message));
  };
  const resolve = (outcome: 'dismissed' | 'actionTaken') =>
    act(() => api.report.resolve.mutate({ reportId, outcome }));
  const until = new Date(Date.now() + suspendedDays * dayMs);
  return (
    <div className="button-row">
      {messageId && (
        <button
          type="button"
          className="button danger"
          onClick={act(() => api.report.deleteMessage.mutate({ reportId, messageId }))}
        >
          Delete the message
        </button>
      )}
      {user && (
        <button
          type="button"
          className="button danger"
          onClick={act(() => api.user.suspend.mutate({ userId: user.id, until, reason: report.reason }))}
        >
          Suspend for {suspendedDays} days
        </button>
      )}
      <button type="button" className="button" onClick={resolve('actionTaken')}>
        Done
      </button>
      <button type="button" className="button quiet" onClick={resolve('dismissed')}>
        Dismiss
      </button>
      {failure && <p role="alert">{failure}</p>}
    </div>
  );
}
