import { useEffect, useState } from 'react';
import { appUrl } from '../routing/app-url.ts';
import { navigate } from '../routing/route.ts';

/** The worker of this page; undefined where there can be none. A development server has none. */
const workers = import.meta.env.DEV ? undefined : navigator.serviceWorker;

/**
 * Registers the worker, which lets the app open without a network, and looks for a new one whenever somebody comes
 * back to the page. Answers whether the app was updated since it was loaded.
 */
export function useAppWorker(): boolean {
  const [isOutdated, setIsOutdated] = useState(false);
  useEffect(() => {
    if (!workers) return;
    const hadWorker = workers.controller !== null;
    const onChange = () => {
      if (hadWorker) void isFromOtherBundle().then(setIsOutdated);
    };
    const registration = workers
      .register(new URL('sw.js', appUrl), { scope: appUrl.pathname, updateViaCache: 'none' })
      // A browser may forbid it; the app works without.
      .catch(() => undefined);
    const look = () => {
      if (document.visibilityState === 'visible') void update(registration);
    };
    workers.addEventListener('controllerchange', onChange);
    workers.addEventListener('message', followMessage);
    document.addEventListener('visibilitychange', look);
    return () => {
      workers.removeEventListener('controllerchange', onChange);
      workers.removeEventListener('message', followMessage);
      document.removeEventListener('visibilitychange', look);
    };
  }, []);
  return isOutdated;
}

/**
 * Pages are asked for before the worker's are taken, so this one may be as new as the worker, whose cache has the names
 * of its files in its own.
 */
async function isFromOtherBundle(): Promise<boolean> {
  const newest = (await caches.keys()).findLast((name) => name.includes('assets/'));
  const script = import.meta.url.slice(appUrl.href.length);
  return newest !== undefined && !newest.split(/[:,]/).includes(script);
}

async function update(registration: Promise<ServiceWorkerRegistration | undefined>): Promise<void> {
  // Without a network there is nothing to find.
  await (await registration)?.update().catch(() => undefined);
}

/** The worker leads here from a notification. */
function followMessage({ data }: MessageEvent<unknown>): void {
  if (typeof data !== 'object' || data === null || !('path' in data)) return;
  if (typeof data.path === 'string') navigate(data.path);
}
