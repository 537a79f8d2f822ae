import type { IncomingMessage, ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { Env } from '../platform/env.ts';
import { sendJson } from './answer.ts';
import { createStaticFiles } from './static-files.ts';
import { checkPanelAccess } from './panel-access.ts';

export const panelPath = '/panel';

/** The same place seen from server/src/http and, after a build, from server/dist/http. */
const bundleDir = fileURLToPath(new URL('../../../clients/panel/dist', import.meta.url));

type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** The panel's page at /panel and, at /panel/api.json, the description of the procedures that it shows. */
export function createPanelHandler(env: Env, description: object): RequestHandler {
  const serveBundle = createStaticFiles({ dir: bundleDir, base: panelPath });
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
