import { Value } from '@whisper/client';

export type Page = 'procedures' | 'old-api' | 'history';

/**
 * What the address says: a page, and with `procedures` what each seat shows and what is written there:
 * `#message.send?{"text":"hi"}+message.onEvent`, with the JSON percent-encoded.
 */
export type Route = {
  readonly page: Page;
  readonly paths: readonly string[];
  /** One per path; undefined where the address says nothing. */
  readonly inputs?: readonly unknown[];
};

export function parseRoute(hash: string): Route {
  const target = hash.replace(/^#/, '');
  if (target === 'old-api' || target === 'history') return { page: target, paths: [] };
  const parts = target
    .split('+')
    .filter(Boolean)
    .map((part) => part.split('?'));
  return {
    page: 'procedures',
    paths: parts.map(([path = '']) => decode(path)),
    inputs: parts.map(([, input]) => (input === undefined ? undefined : parseInput(decode(input)))),
  };
}

export function hashOf({ page, paths, inputs = [] }: Route): string {
  if (page !== 'procedures') return `#${page}`;
  const parts = paths.map((path, index) => {
    const input = inputs[index];
    return input === undefined ? path : `${path}?${encodeURIComponent(JSON.stringify(input))}`;
  });
  return `#${parts.join('+')}`;
}

/** An address may have been cut or mistyped. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function parseInput(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const route = new Value<Route>(parseRoute(location.hash));

/** The address that the route was last in step with. */
let known = location.hash;

window.addEventListener('hashchange', () => {
  known = location.hash;
  route.set(parseRoute(known));
});

/** The procedures that were shown last, to come back to. */
let latest: Route = { page: 'procedures', paths: [] };

route.subscribe(noteLatest);
noteLatest();

function noteLatest(): void {
  const current = route.getSnapshot();
  if (current.page === 'procedures') latest = { page: 'procedures', paths: current.paths };
}

export function hashOfPage(page: Page): string {
  return hashOf(page === 'procedures' ? latest : { page, paths: [] });
}

/** Shows other procedures without another entry in the browser's history. */
export function replaceRoute(next: Route): void {
  replaceHash(hashOf(next));
  route.set(next);
}

/** Notes in the address what is written now, unless it has just been changed and its event is still to come. */
export function noteInAddress(hash: string): void {
  if (location.hash === known && hash !== known) replaceHash(hash);
}

function replaceHash(hash: string): void {
  history.replaceState(null, '', hash);
  known = location.hash;
}
