import type { Connection } from '../connection/connection.ts';
import { toFailure } from '../connection/failure.ts';
import { keepSubscribed } from '../connection/retries.ts';

type Reset = { readonly type: 'reset' };
type Input = { lastEventId?: string };

type Handlers<Event> = {
  readonly onData: (tracked: { readonly id: string; readonly data: Event }) => void;
  readonly onError: (error: unknown) => void;
  readonly onComplete: () => void;
};

type Following<Event> = {
  readonly subscribe: (input: Input, handlers: Handlers<Event>) => { unsubscribe(): void };
  readonly onEvent: (event: Event | Reset) => void;
  /** Where an earlier process stopped. */
  readonly from?: string | undefined;
  /** Called after an event with the position behind it. */
  readonly onPosition?: (id: string) => void;
};

/**
 * Follows a stream of all my chats from a position or the moment of the call, through every break: at least once each
 * event, none lost. `reset` means that this could not be kept and everything held must be fetched again.
 */
export function followTracked<Event>(
  connection: Connection,
  { subscribe, onEvent, from, onPosition }: Following<Event>,
): () => void {
  let lastEventId = from;
  return keepSubscribed(connection, ({ onError, onComplete }) =>
    subscribe(lastEventId === undefined ? {} : { lastEventId }, {
      onData: ({ id, data }) => {
        lastEventId = id;
        onEvent(data);
        onPosition?.(id);
      },
      onComplete,
      onError: (error) => {
        if (toFailure(error).code === 'BAD_REQUEST' && lastEventId !== undefined) {
          lastEventId = undefined;
          onEvent({ type: 'reset' });
        }
        onError(error);
      },
    }),
  );
}
