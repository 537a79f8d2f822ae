import { useSyncExternalStore } from 'react';
import { dayNumberOf, msUntilTomorrow } from './format-time.ts';

/** The number of this calendar day, also after midnight and after the device slept through it. */
export function useToday(): number {
  return useSyncExternalStore(watchDay, () => dayNumberOf(new Date()));
}

function watchDay(onChange: () => void): () => void {
  let timer: ReturnType<typeof setTimeout>;
  const look = () => {
    clearTimeout(timer);
    timer = setTimeout(look, msUntilTomorrow(new Date()));
    onChange();
  };
  look();
  addEventListener('focus', look);
  document.addEventListener('visibilitychange', look);
  return () => {
    clearTimeout(timer);
    removeEventListener('focus', look);
    document.removeEventListener('visibilitychange', look);
  };
}
