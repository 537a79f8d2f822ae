import { useState } from 'react';
import type { Stream, StreamEvent, StreamState } from '../api/stream.ts';
import { useValue } from '../ui/use-value.ts';
import { CopyButton } from '../ui/copy-button.tsx';
import { JsonTree } from '../ui/json-tree.tsx';

type Props = {
  readonly stream: Stream;
  readonly onDismiss: () => void;
  /** Starts the same subscription again after an event; missing where events have no ids. */
  readonly onResume: ((id: string) => void) | undefined;
};

/** A running subscription and its log, newest on top. */
export function StreamCard({ stream, onDismiss, onResume }: Props) {
  const live = useValue(stream.state);
  const [held, setHeld] = useState<StreamState | null>(null);
  const { events } = held ?? live;
  const waiting = held ? live.count - held.count : 0;
  const { path, input } = stream.request;
  return (
    <article className="stream" aria-label={`${path}, live`}>
      <header>
        <span className={`dot dot-${live.status}`} />
        <h4>{path}</h4>
        <span className="note stream-status">
          {live.status} · {live.count} {live.count === 1 ? 'event' : 'events'}
        </span>
        <StreamActions
          stream={stream}
          isPaused={held !== null}
          waiting={waiting}
          onPause={() => setHeld(held ? null : live)}
          onDismiss={onDismiss}
        />
      </header>
      {input !== undefined && JSON.stringify(input) !== '{}' && (
        <p className="note mono">{JSON.stringify(input)}</p>
      )}
      {live.error && (
        <p className="seat-problem" role="alert">
          {live.error.code}: {live.error.message}
        </p>
      )}
      <div className="events" role="log" aria-label={`Events of ${path}`} tabIndex={0}>
        {events.length === 0 && <p className="note">Nothing yet.</p>}
        <ol>
          {events.toReversed().map((event) => (
            <EventRow key={event.n} event={event} onResume={onResume} />
          ))}
        </ol>
      </div>
    </article>
  );
}

type ActionProps = Pick<Props, 'stream' | 'onDismiss'> & {
  readonly isPaused: boolean;
  /** How many events came since the view was paused. */
  readonly waiting: number;
  readonly onPause: () => void;
};

function StreamActions({ stream, isPaused, waiting, onPause, onDismiss }: ActionProps) {
  return (
    <span className="actions">
      <button type="button" className="quiet" aria-pressed={isPaused} onClick={onPause}>
        {isPaused ? `Go on${waiting > 0 ? ` (${waiting} new)` : ''}` : 'Pause'}
      </button>
      <button type="button" className="quiet" onClick={() => stream.clear()}>
        Clear
      </button>
      {stream.isRunning ? (
        <button type="button" className="quiet" onClick={() => stream.stop()}>
          Stop
        </button>
      ) : (
        <button type="button" className="quiet" onClick={onDismiss}>
          Close
        </button>
      )}
    </span>
  );
}

function EventRow({
  event,
  onResume,
}: {
  readonly event: StreamEvent;
  readonly onResume: Props['onResume'];
}) {
  const { n, at, id, data } = event;
  const text = JSON.stringify(data) ?? 'nothing';
  return (
    <li>
      <details>
        <summary>
          <time dateTime={at.toISOString()}>{timeOf(at)}</time>
          <span className="event-id mono" title={id}>
            {id ?? n}
          </span>
          <span className="event-text mono">{text}</span>
        </summary>
        <JsonTree value={data} />
        <p className="actions">
          <CopyButton text={JSON.stringify(data, null, 2) ?? ''} />
          {id !== undefined && onResume && (
            <button type="button" className="quiet" onClick={() => onResume(id)}>
              Resume after this
            </button>
          )}
        </p>
      </details>
    </li>
  );
}

function timeOf(date: Date): string {
  return `${date.toLocaleTimeString([], { hour12: false })}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}
