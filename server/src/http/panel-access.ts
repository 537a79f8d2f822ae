import { hash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Env } from '../platform/env.ts';

export type PanelAccess = 'open' | 'closed' | 'passwordNeeded';

/**
 * Outside production the panel is open. In production it exists only with PANEL_TOKEN, which is the password that
 * the browser asks for (HTTP Basic, any user name); the API itself asks for a session token as ever.
 */
export function checkPanelAccess(
  env: Pick<Env, 'isProduction' | 'PANEL_TOKEN'>,
  request: IncomingMessage,
): PanelAccess {
  if (!env.isProduction) return 'open';
  if (env.PANEL_TOKEN === undefined) return 'closed';
  const password = passwordOf(request.headers.authorization);
  return password !== undefined && isSame(password, env.PANEL_TOKEN) ? 'open' : 'passwordNeeded';
}

function passwordOf(authorization = ''): string | undefined {
  const credentials = /^Basic +(\S+)$/i.exec(authorization)?.[1];
  return credentials && /^[^:]*:(.*)$/s.exec(Buffer.from(credentials, 'base64').toString('utf8'))?.[1];
}

function isSame(given: string, wanted: string): boolean {
  return timingSafeEqual(hash('sha256', given, 'buffer'), hash('sha256', wanted, 'buffer'));
}
