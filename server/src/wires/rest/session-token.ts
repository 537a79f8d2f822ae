import type { Request, Response } from 'express';
import { bearerTokenOf } from '../../identity/bearer-token.ts';

/** The token of the Authorization header, else of Clerk's cookie; `Bearer null` is what the old web app sends for none. */
export function sessionTokenOf(request: Request, response: Response): string | undefined {
  const token = bearerTokenOf(request);
  if (token !== undefined && token !== 'null' && token !== 'undefined') return token;
  if (isForeign(request, response)) return undefined;
  return /(?:^|;\s*)__session=([^;\s]+)/.exec(request.headers.cookie ?? '')?.[1];
}

/** A page of an origin that CORS did not name is served, but not in the name of whoever is signed in. */
function isForeign(request: Request, response: Response): boolean {
  const isNamed = response.hasHeader('access-control-allow-origin');
  return request.headers['sec-fetch-site'] === 'cross-site' && !isNamed;
}
