import type { MessageEvent } from '@whisper/shared';
import type { Connection } from '../connection/connection.ts';
import { toFailure } from '../connection/failure.ts';
import { keepSubscribed } from '../connection/retries.ts';

/**
 * Follows the messages of all my chats from the moment of the call, through every break: at least once each,
 * none lost. `reset` means that this could not be kept and everything held must be fetched again.
 */
export function followMessages(connection: Connection, onEvent: (event: MessageEvent) => void): () => void {
  let lastEventId: string | undefined;
  return keepSubscribed(connection, ({ onError, onComplete }) =>
    connection.api.message.onEvent.subscribe(lastEventId === undefined ? {} : { lastEventId }, {
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
