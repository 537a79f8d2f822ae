import type { CloseReason, UserId } from '@whisper/shared';
import type { Context } from './context.ts';
import { createFilesHandler } from './files/create-files-handler.ts';
import { filesPath } from './files/links.ts';
import { sendJson } from './http/answer.ts';
import { answerReadiness, createMetricsHandler, type Lifecycle } from './http/health.ts';
import { localPath, type Route, type Routes } from './http/listener.ts';
import { createPanelHandler, panelPath } from './http/panel.ts';
import { createWebHandler, webPaths } from './http/web.ts';
import { bearerTokenOf } from './identity/bearer-token.ts';
import type { DevIssuer } from './identity/dev-issuer.ts';
import { handleDevToken } from './identity/dev-token.ts';
import { handleClerkWebhook } from './identity/webhooks.ts';
import { createOwnDataRoute } from './own-data/own-data-route.ts';
import { ownDataPath } from './own-data/export-tickets.ts';
import { createCallers, type AppRouter } from './router.ts';
import { eraseUser } from './own-data/erase-user.ts';
import { findUserId } from './users/find-user-id.ts';
import { updateUser } from './users/update-user.ts';
import { createRest } from './wires/rest/create-rest.ts';
import { removeDevicesOf, removeDevicesOfSession } from './push/remove-device.ts';
import { describeRouter } from './wires/trpc/describe-router.ts';
import { createTrpcHttpHandler, trpcPath } from './wires/trpc/http.ts';

type RoutesOptions = {
  readonly app: Context;
  readonly router: AppRouter;
  readonly devIssuer: DevIssuer | null;
  readonly lifecycle: Lifecycle;
};

/** Everything the port answers over HTTP, by the first segment of the path; Socket.IO answers its own. */
export function createRoutes({ app, router, devIssuer, lifecycle }: RoutesOptions): Routes {
  const web = createWebHandler(app.env);
  const devSignIn = { issuer: devIssuer, isForLan: app.env.DEV_SIGN_IN_LAN === 'on' };
  return new Map<string, Route>([
    [trpcPath, createTrpcHttpHandler(app, router)],
    ['/livez', (_request, response) => sendJson(response, 200, { status: 'ok' })],
    [
      '/health',
      (_request, response) => sendJson(response, 200, { status: 'ok', message: 'Server is running' }),
    ],
    ['/readyz', (_request, response) => void answerReadiness({ ...app, lifecycle }, response)],
    ['/metrics', createMetricsHandler({ ...app, bearerTokenOf })],
    ['/webhooks', createWebhookRoute(app)],
    [filesPath, createFilesHandler(app)],
    [ownDataPath, createOwnDataRoute(app)],
    [panelPath, createPanelHandler(app, () => describeRouter(router))],
    ['/api', createRest({ ...app, createCaller: createCallers(router) })],
    [localPath, (request, response) => void handleDevToken(devSignIn, request, response)],
    ...webPaths.map((path) => [path, web] as const),
  ]);
}

function createWebhookRoute(app: Context): Route {
  const deps = {
    ...app,
    closeNameless: (userId: UserId, reason: CloseReason) =>
      app.tell({ type: 'closeNameless', userId, reason }),
    closeSession: (sessionId: string, reason: CloseReason) =>
      app.tell({ type: 'closeSession', sessionId, reason }),
    removeDevicesOfSession: removeDevicesOfSession.bind(null, app),
    removeDevicesOf: removeDevicesOf.bind(null, app),
    findUserId: findUserId.bind(null, app),
    updateUser: updateUser.bind(null, app),
    eraseUser: eraseUser.bind(null, app),
  };
  return (request, response) => void handleClerkWebhook(deps, request, response);
}
