import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { AppContext } from './app-context.ts';
import { handleClerkWebhook } from './auth/clerk-webhook.ts';
import type { DevIssuer } from './auth/dev-issuer.ts';
import { handleDevToken } from './auth/dev-token.ts';
import { answerMetrics, answerReadiness, type Lifecycle } from './operations.ts';
import { createPanelHandler, panelPath } from './panel/panel-handler.ts';
import { createRest } from './compat/rest/create-rest.ts';
import { createCors } from './platform/cors.ts';
import { requestIdOf, sendJson } from './platform/http.ts';
import { appRouter } from './router.ts';
import { createTrpcHttpHandler, trpcPath } from './trpc/http.ts';
import { createWebHandler, webPaths } from './web/web-handler.ts';

type Route = (request: IncomingMessage, response: ServerResponse) => void;

type ListenerOptions = {
  readonly app: AppContext;
  readonly devIssuer: DevIssuer | null;
  readonly lifecycle: Lifecycle;
};

/** The one request listener: dispatch by the path's first segment, anything else is 404. */
export function createRequestListener(options: ListenerOptions): RequestListener {
  const routes = createRoutes(options);
  return (request, response) => {
    response.setHeader('x-request-id', requestIdOf(request));
    const route = routes.get(firstSegmentOf(request.url));
    if (route) route(request, response);
    else sendJson(response, 404, { message: 'Not found' });
  };
}

/** `/trpc` of `/trpc/chat.list?batch=1`. */
export function firstSegmentOf(url = '/'): string {
  return /^\/[^/?#]*/.exec(url)?.[0] ?? '/';
}

function createRoutes({ app, devIssuer, lifecycle }: ListenerOptions): Map<string, Route> {
  const applyCors = createCors(app.env);
  const trpc = createTrpcHttpHandler(app, appRouter);
  const web = createWebHandler(app.env);
  return new Map<string, Route>([
    [trpcPath, (request, response) => applyCors(request, response, () => trpc(request, response))],
    ['/livez', (_request, response) => sendJson(response, 200, { status: 'ok' })],
    [
      '/health',
      (_request, response) => sendJson(response, 200, { status: 'ok', message: 'Server is running' }),
    ],
    ['/readyz', (_request, response) => void answerReadiness(app, lifecycle, response)],
    ['/metrics', (request, response) => void answerMetrics(app, request, response)],
    ['/webhooks', (request, response) => void handleClerkWebhook(app, request, response)],
    [panelPath, createPanelHandler(app.env, appRouter)],
    ['/api', createRest(app)],
    ['/dev', (request, response) => void handleDevToken(devIssuer, request, response)],
    ...webPaths.map((path) => [path, web] as const),
  ]);
}
