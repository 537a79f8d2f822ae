import { Value } from '@whisper/client';

export type Page = 'procedures' | 'old-api' | 'history';

/** What the address says: a page, and with `procedures` what each seat shows (`#message.send+message.onEvent`). */
export type Route = { readonly page: Page; readonly paths: readonly string[] };

export function parseRoute(hash: string): Route {
  const target = decodeURIComponent(hash.replace(/^#/, ''));
  if (target === 'old-api' || target === 'history') return { page: target, paths: [] };
  return { page: 'procedures', paths: target.split('+').filter(Boolean) };
}

export function hashOf({ page, paths }: Route): string {
  return `#${page === 'procedures' ? paths.join('+') : page}`;
}

export const route = new Value<Route>(parseRoute(location.hash));

window.addEventListener('hashchange', () => route.set(parseRoute(location.hash)));

/** The procedures that were shown last, to come back to. */
let latest: Route = { page: 'procedures', paths: [] };

route.subscribe(noteLatest);
noteLatest();

function noteLatest(): void {
  const current = route.getSnapshot();
  if (current.page === 'procedures') latest = current;
}

export function hashOfPage(page: Page): string {
  return hashOf(page === 'procedures' ? latest : { page, paths: [] });
}

/** Shows other procedures without another entry in the browser's history. */
export function replaceRoute(next: Route): void {
  history.replaceState(null, '', hashOf(next));
  route.set(next);
}
