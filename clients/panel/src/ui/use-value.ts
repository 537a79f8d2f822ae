import type { Observable } from '@whisper/client';
import { useSyncExternalStore } from 'react';

export function useValue<T>(value: Observable<T>): T {
  return useSyncExternalStore(value.subscribe, value.getSnapshot);
}
