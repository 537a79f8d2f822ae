import type { KeyboardEvent } from 'react';
import type { ProcedureDescription } from '../api/description.ts';
import { isResumable } from '../api/description.ts';
import type { Session } from '../api/session.ts';
import { useValue } from '../ui/use-value.ts';
import { ProcedureView } from '../procedures/procedure-view.tsx';
import { SeatHeader } from './seat-header.tsx';
import type { SeatModel } from './seat-model.ts';
import { StreamCard } from './stream-card.tsx';

type Props = {
  readonly seat: SeatModel;
  readonly procedures: readonly ProcedureDescription[];
  readonly procedure: ProcedureDescription | undefined;
  readonly people: readonly string[];
  readonly isActive: boolean;
  readonly onActivate: () => void;
  readonly onSignIn: (name: string) => void;
  readonly onClose?: (() => void) | undefined;
};

/** One person's seat: the chosen procedure and the running subscriptions. */
export function SeatView(props: Props) {
  const { seat, procedures, procedure, people, isActive, onActivate, onSignIn, onClose } = props;
  const { session, name } = useValue(seat.state);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || !procedure) return;
    event.preventDefault();
    if (procedure.kind === 'subscription') seat.start(procedure);
    else void seat.send(procedure);
  };
  return (
    <section
      className={isActive ? 'seat is-active' : 'seat'}
      aria-label={`Seat of ${name || 'nobody'}`}
      onFocusCapture={onActivate}
      onPointerDownCapture={onActivate}
      onKeyDown={onKeyDown}
    >
      <SeatHeader seat={seat} people={people} onSignIn={onSignIn} onClose={onClose} />
      {procedure ? (
        <ProcedureView key={procedure.path} seat={seat} procedure={procedure} people={people} />
      ) : (
        <p className="note">There is no such procedure. Choose one from the list.</p>
      )}
      {session && <Streams seat={seat} session={session} procedures={procedures} />}
    </section>
  );
}

type StreamsProps = Pick<Props, 'seat' | 'procedures'> & { readonly session: Session };

/** What runs for this person, whichever procedure is shown. */
function Streams({ seat, session, procedures }: StreamsProps) {
  const streams = useValue(session.streams).filter(({ request }) => !request.isHidden);
  if (streams.length === 0) return null;
  return (
    <section className="streams" aria-label="Subscriptions">
      <h3>Live</h3>
      {streams.toReversed().map((stream) => {
        const procedure = procedures.find(({ path }) => path === stream.request.path);
        const onResume =
          procedure && isResumable(procedure) ? (id: string) => seat.start(procedure, id) : undefined;
        return (
          <StreamCard
            key={stream.key}
            stream={stream}
            onDismiss={() => session.dismiss(stream)}
            onResume={onResume}
          />
        );
      })}
    </section>
  );
}
