import type { ConnectionState, Observable } from '@whisper/client';

/** A break shorter than this is nobody's business. */
const patienceMs = 800;

export type LossWatch = {
  readonly getSnapshot: () => boolean;
  readonly subscribe: (listener: () => void) => () => void;
};

/** Whether the connection has been down for long enough to say so. Lives as long as what it watches. */
export function watchLoss(connection: Observable<ConnectionState>): LossWatch {
  const listeners = new Set<() => void>();
  let isLost = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const set = (value: boolean) => {
    if (isLost === value) return;
    isLost = value;
    for (const listener of listeners) listener();
  };
  const look = () => {
    if (connection.getSnapshot().status !== 'open') {
      timer ??= setTimeout(() => set(true), patienceMs);
      return;
    }
    clearTimeout(timer);
    timer = undefined;
    set(false);
  };
  connection.subscribe(look);
  look();
  return {
    getSnapshot: () => isLost,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
