import type { Message, Report, ReportPage } from '@whisper/shared';
import { useCallback, useEffect, useState } from 'react';
import { useClient } from '../store/use-client.ts';
import { Dialog } from '../ui/dialog.tsx';
import { ListEnd } from './list-end.tsx';

type Shown = 'open' | 'resolved';

/** What people reported, for moderators: the evidence, and what can be done about it. */
export function ReportsDialog({ onClose }: { readonly onClose: () => void }) {
  const [state, setState] = useState<Shown>('open');
  const { page, reload, loadMore } = useReports(state);
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
      {page?.reports.length === 0 && <p>There are none.</p>}
      <ul className="report-list">
        {page?.reports.map((report) => (
          <ReportItem key={report.id} report={report} onDone={reload} />
        ))}
      </ul>
      <ListEnd more={page?.nextCursor ? 'Older ones' : undefined} onMore={loadMore} onClose={onClose} />
    </Dialog>
  );
}

function useReports(state: Shown) {
  const { api } = useClient().client;
  const [page, setPage] = useState<ReportPage>();
  const reload = useCallback(() => {
    api.report.list.query({ state }).then(setPage, () => setPage({ reports: [], nextCursor: null }));
  }, [api, state]);
  useEffect(reload, [reload]);
  const loadMore = () => {
    void api.report.list
      .query({ state, cursor: page?.nextCursor ?? null })
      .then((next) => setPage({ ...next, reports: [...(page?.reports ?? []), ...next.reports] }))
      .catch(() => undefined);
  };
  return { page, reload, loadMore };
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
