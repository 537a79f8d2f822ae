/** How a request is answered. */
export type Plan =
  | { readonly type: 'network' }
  /** Asked for, and taken from the cache when nobody answers. `path` is its page there. */
  | { readonly type: 'page'; readonly path: string }
  | { readonly type: 'file' };

type Asked = { readonly method: string; readonly url: string; readonly mode: string };

/** A page at this depth below the app's address: what it loads lies as many folders up. */
export function pageFor(depth: number): string {
  return depth === 0 ? './' : './chats/offline';
}

/** Answers from the cache what is the shell's own; the API, the panel and everything else goes to the server. */
export function planFor({ method, url, mode }: Asked, scope: URL): Plan {
  const { origin, pathname } = new URL(url);
  if (method !== 'GET' || origin !== scope.origin || !pathname.startsWith(scope.pathname))
    return { type: 'network' };
  const path = pathname.slice(scope.pathname.length);
  if (mode === 'navigate')
    return /^(?:(?:chats|join)\/[^/]+)?$/.test(path)
      ? { type: 'page', path: pageFor(path === '' ? 0 : 1) }
      : { type: 'network' };
  return path.startsWith('assets/') ? { type: 'file' } : { type: 'network' };
}
