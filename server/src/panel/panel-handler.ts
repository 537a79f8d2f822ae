import type { AnyTRPCRouter } from '@trpc/server';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { Env } from '../platform/env.ts';
import { sendJson } from '../platform/http.ts';
import { createStaticFiles } from '../platform/static-files.ts';
import { describeRouter } from './describe-router.ts';
import { checkPanelAccess } from './panel-access.ts';

export const panelPath = '/panel';

/** The same place seen from server/src/panel and, after a build, from server/dist/panel. */
const bundleDir = fileURLToPath(new URL('../../../clients/panel/dist', import.meta.url));

type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** The panel's page at /panel and, at /panel/api.json, what it shows. */
export function createPanelHandler(env: Env, router: AnyTRPCRouter): RequestHandler {
  const serveBundle = createStaticFiles({ dir: bundleDir, base: panelPath });
  const description = describeRouter(router);
  return (request, response) => {
    const access = checkPanelAccess(env, request);
    if (access === 'closed') return sendJson(response, 404, { message: 'Not found' });
    if (access === 'passwordNeeded') return askForPassword(response);
    if (request.url?.split('?')[0] === `${panelPath}/api.json`) return sendJson(response, 200, description);
    serveBundle(request, response);
  };
}

function askForPassword(response: ServerResponse): void {
  response.setHeader('www-authenticate', 'Basic realm="Whisper panel", charset="UTF-8"');
  sendJson(response, 401, { message: 'The password is PANEL_TOKEN; any user name will do' });
}
