import { Value, type ConnectionState, type Observable } from '@whisper/client';

/** A shorter break is not worth telling. */
const patienceMs = 800;

/**
 * Whether the connection has been down for long enough to say so. The first one may take its time: until an attempt
 * has failed, nothing is lost. Lives as long as what it watches.
 */
export function watchLoss(connection: Observable<ConnectionState>): Observable<boolean> {
  const isLost = new Value(false);
  let hasBeen = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = () => {
    const { status } = connection.getSnapshot();
    hasBeen ||= status !== 'connecting';
    if (status !== 'open') {
      if (hasBeen) timer ??= setTimeout(() => isLost.set(true), patienceMs);
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
