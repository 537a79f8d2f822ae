import type { IncomingMessage, Server } from 'node:http';

/**
 * Takes the path off that a proxy leaves in front of every URL, for whoever listens to requests and upgrades. Call it
 * when everybody does: it goes first. A request without that path, from a balancer's health check, stays as it is.
 */
export function takeOffBasePath(http: Server, basePath: string): void {
  if (basePath === '') return;
  const takeOff = (request: IncomingMessage) => {
    if (request.url?.startsWith(`${basePath}/`)) request.url = request.url.slice(basePath.length);
  };
  http.prependListener('request', takeOff);
  http.prependListener('upgrade', takeOff);
}

/** Whether the URL is the path alone, without a closing slash: relative addresses of a page there would miss it. */
export function isItself(path: string, url = '/'): boolean {
  return path !== '' && url.split('?')[0] === path;
}

/** `panel/?x=1` of `/chat/panel?x=1`: the same address with a closing slash, relative to itself. */
export function withClosingSlash(url = '/'): string {
  const [path = '', ...query] = url.split('?');
  return [`${path.split('/').at(-1)}/`, ...query].join('?');
}
