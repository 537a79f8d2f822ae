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

type Stream<Event> = (input: Input, handlers: Handlers<Event>) => { unsubscribe(): void };

/**
 * Follows a stream of all my chats from the moment of the call, through every break: at least once each event, none
 * lost. `reset` means that this could not be kept and everything held must be fetched again.
 */
export function followTracked<Event>(
  connection: Connection,
  subscribe: Stream<Event>,
  onEvent: (event: Event | Reset) => void,
): () => void {
  let lastEventId: string | undefined;
  return keepSubscribed(connection, ({ onError, onComplete }) =>
    subscribe(lastEventId === undefined ? {} : { lastEventId }, {
      onData: ({ id, data }) => {
        lastEventId = id;
        onEvent(data);
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
