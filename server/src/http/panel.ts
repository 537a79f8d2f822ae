import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Clock } from '../platform/clock.ts';
import type { Env } from '../platform/env.ts';
import type { Logger } from '../platform/logger.ts';
import { sendJson, sendTooMany } from './answer.ts';
import { Guesses } from './guesses.ts';
import { bundleDirOf } from './bundle-dir.ts';
import { createStaticFiles } from './static-files.ts';

export const panelPath = '/panel';

type Deps = {
  readonly env: Pick<Env, 'isProduction' | 'PANEL_TOKEN'>;
  readonly clock: Clock;
  readonly log: Logger;
};

/**
 * The panel's page at /panel and, at /panel/api.json, the description of the procedures that it shows. Outside
 * production it is open. In production it exists only with PANEL_TOKEN, which is the password that the browser asks
 * for (HTTP Basic, any user name); the API itself asks for a session token as ever. `describe` is called when somebody
 * first looks: a description takes longer to make than the rest of the start.
 */
export function createPanelHandler({ env, ...deps }: Deps, describe: () => object): RequestListener {
  const serveBundle = createStaticFiles({ dir: bundleDirOf('panel'), base: panelPath });
  let description: object | undefined;
  const serve: RequestListener = (request, response) => {
    if (request.url?.split('?')[0] === `${panelPath}/api.json`)
      return sendJson(response, 200, (description ??= describe()));
    serveBundle(request, response);
  };
  if (!env.isProduction) return serve;
  const { PANEL_TOKEN: secret } = env;
  if (secret === undefined) return (_request, response) => sendJson(response, 404, { message: 'Not found' });
  const guesses = new Guesses(deps, 'PANEL_TOKEN');
  return (request, response) => {
    const { isRight, retryAfterMs } = guesses.judge({ request, given: passwordOf(request), secret });
    if (isRight) serve(request, response);
    else if (retryAfterMs !== undefined) sendTooMany(response, retryAfterMs);
    else askForPassword(response);
  };
}

function passwordOf({ headers: { authorization = '' } }: IncomingMessage): string | undefined {
  const credentials = /^Basic +(\S+)$/i.exec(authorization)?.[1];
  return credentials && /^[^:]*:(.*)$/s.exec(Buffer.from(credentials, 'base64').toString('utf8'))?.[1];
}

function askForPassword(response: ServerResponse): void {
  response.setHeader('www-authenticate', 'Basic realm="Whisper panel", charset="UTF-8"');
  sendJson(response, 401, { message: 'The password is PANEL_TOKEN; any user name will do' });
}
