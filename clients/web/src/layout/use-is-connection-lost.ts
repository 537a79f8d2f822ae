import { useEffect, useState } from 'react';
import { useStore } from '../store/use-store.ts';

/** A break shorter than this is nobody's business. */
const patienceMs = 800;

/** The connection has been down for long enough to say so. */
export function useIsConnectionLost(): boolean {
  const isOpen = useStore(({ connection }) => connection.status === 'open');
  const [isLost, setIsLost] = useState(false);
  useEffect(() => {
    if (isOpen) return setIsLost(false);
    const timer = setTimeout(() => setIsLost(true), patienceMs);
    return () => clearTimeout(timer);
  }, [isOpen]);
  return isLost;
}
