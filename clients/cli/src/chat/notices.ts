import type { WhisperClient } from '@whisper/client/node';

/** Says once that the connection is gone and once that it is back. */
export function watchConnection(client: WhisperClient, say: (notice: string) => void): () => void {
  let isLost = false;
  const check = () => {
    const connection = client.connection.getSnapshot();
    if (connection.status === 'offline' && !isLost) {
      isLost = true;
      say('* No connection to the server, trying again …');
    }
    if (connection.status === 'open' && isLost) {
      isLost = false;
      say('* Connected again');
    }
  };
  check();
  return client.connection.subscribe(check);
}
