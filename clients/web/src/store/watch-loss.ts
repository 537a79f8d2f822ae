import { Value, type ConnectionState, type Observable } from '@whisper/client';

/** A shorter break is not worth telling. */
const patienceMs = 800;

/** Whether the connection has been down for long enough to say so. Lives as long as what it watches. */
export function watchLoss(connection: Observable<ConnectionState>): Observable<boolean> {
  const isLost = new Value(false);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = () => {
    if (connection.getSnapshot().status !== 'open') {
      timer ??= setTimeout(() => isLost.set(true), patienceMs);
      return;
    }
    clearTimeout(timer);
    timer = undefined;
    isLost.set(false);
  };
  connection.subscribe(look);
  look();
  return isLost;
}
