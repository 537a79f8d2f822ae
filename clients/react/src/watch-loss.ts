import type { ConnectionState, Observable } from '@whisper/client';

/** A shorter break is not worth telling. */
const patienceMs = 800;

/**
 * Tells when the connection has been down for long enough to say so, and when it is back, until the returned function is
 * called. The first connection may take its time: until an attempt has failed, nothing is lost.
 */
export function watchLoss(
  connection: Observable<ConnectionState>,
  tell: (isLost: boolean) => void,
): () => void {
  let hasBeen = false;
  let isLost = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const become = (next: boolean) => {
    if (next === isLost) return;
    isLost = next;
    tell(next);
  };
  const look = () => {
    const { status } = connection.getSnapshot();
    hasBeen ||= status !== 'connecting';
    if (status !== 'open') {
      if (hasBeen) timer ??= setTimeout(become, patienceMs, true);
      return;
    }
    clearTimeout(timer);
    timer = undefined;
    become(false);
  };
  const unsubscribe = connection.subscribe(look);
  look();
  return () => {
    unsubscribe();
    clearTimeout(timer);
  };
}
