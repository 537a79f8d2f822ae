import { useQuery } from '@tanstack/react-query';
import { toFailure } from '@whisper/client';
import type { Message, TraceStep } from '@whisper/shared';
import { useActs } from '../conversation/acts.ts';
import { useClient } from '../store/use-client.ts';
import { Dialog } from '../ui/dialog.tsx';

/** What became of a message of one's own. */
export function TraceDialog({ message: { id, rev } }: { readonly message: Message }) {
  const { api } = useClient().client;
  const { close } = useActs();
  const { data, error } = useQuery({
    queryKey: ['message.trace', id, rev],
    queryFn: ({ signal }) => api.message.trace.query({ messageId: id }, { signal }),
    staleTime: 0,
    refetchInterval: 5_000,
  });
  return (
    <Dialog title="What became of this message" onClose={close}>
      {!data && !error && <p role="status">Asking…</p>}
      {error && <p role="alert">{`${toFailure(error).message}.`}</p>}
      {data && (
        <ol className="dialog-list trace" tabIndex={0} aria-label="What became of this message">
          {data.steps.map((step) => (
            <li key={keyOf(step)}>
              <Step step={step} />
            </li>
          ))}
          {data.peopleNotShown > 0 && <li>{`and ${data.peopleNotShown} more people`}</li>}
        </ol>
      )}
      <div className="button-row">
        <button type="button" className="button quiet" onClick={close} data-first>
          Close
        </button>
      </div>
    </Dialog>
  );
}

function keyOf(step: TraceStep): string {
  return 'user' in step ? `${step.kind}:${step.user.id}` : step.kind;
}

function Step({ step }: { readonly step: TraceStep }) {
  switch (step.kind) {
    case 'stored':
      return <When what={`Stored, as message ${step.seq} of the chat`} at={step.at} />;
    case 'announced':
      return <>{step.state === 'yes' ? 'Told to everybody who is connected' : 'Not known to be told yet'}</>;
    case 'reached':
      return (
        <>
          <bdi>{step.user.name}</bdi>
          {`: ${reachWords[step.reach]}`}
        </>
      );
    case 'pushed':
      return (
        <>
          <bdi>{step.user.name}</bdi>
          {step.outcomes === null
            ? ': whether they were notified is unknown'
            : `: ${step.outcomes.map(({ device, outcome }) => `${device ?? 'no device'} ${outcome}`).join(', ')}`}
        </>
      );
    case 'changed':
      return <When what={changeWords[step.what]} at={step.at} />;
  }
  return step satisfies never;
}

const reachWords = {
  read: 'has read it',
  delivered: 'it is on a device of theirs',
  waiting: 'no device of theirs has said that it has it',
} as const;

const changeWords = {
  edited: 'Edited',
  deleted: 'Deleted',
  reactedOrPinned: 'Reacted to, or pinned',
} as const;

function When({ what, at }: { readonly what: string; readonly at: Date }) {
  return (
    <>
      {`${what}, `}
      <time dateTime={at.toISOString()}>{at.toLocaleString()}</time>
    </>
  );
}
