import { errorCodes } from '@whisper/shared';
import type { LegacyError } from '@whisper/shared/compat';
import express, { type ErrorRequestHandler, type RequestHandler } from 'express';
import helmet from 'helmet';
import type { RequestListener } from 'node:http';
import type { AppContext } from '../../app-context.ts';
import { createCors } from '../../platform/cors.ts';
import { AppError, toAppError } from '../../platform/errors.ts';
import { createCaller } from '../../router.ts';
import { createRequestContext } from '../../trpc/request-context.ts';
import { createDocs } from './docs.ts';
import type { Endpoint } from './endpoint.ts';
import { endpoints } from './endpoints.ts';
import { describeApi } from './openapi.ts';
import { sessionTokenOf } from './session-token.ts';

/** The old REST interface. Request bodies are not read: no endpoint ever used one. */
export function createRest(app: AppContext): RequestListener {
  const rest = express();
  rest.use(helmet({ contentSecurityPolicy: { useDefaults: false, directives: contentSecurityPolicy } }));
  rest.use(createCors(app.env));
  for (const endpoint of endpoints) rest[endpoint.method](endpoint.path, serve(app, endpoint));
  const description = describeApi(endpoints);
  rest.get('/api/openapi.json', (_request, response) => void response.json(description));
  rest.use('/api/docs', createDocs());
  rest.use(() => {
    throw new AppError('NOT_FOUND', 'Not found');
  });
  rest.use(refuse(app));
  return rest;
}

/** Enough for the readable page, which has its scripts and styles from here. */
const contentSecurityPolicy = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'", "'unsafe-inline'"],
  imgSrc: ["'self'", 'data:'],
  connectSrc: ["'self'"],
  baseUri: ["'none'"],
  formAction: ["'none'"],
  frameAncestors: ["'none'"],
};

function serve(app: AppContext, endpoint: Endpoint): RequestHandler {
  return async (request, response) => {
    try {
      const context = await createRequestContext(app, { token: sessionTokenOf(request, response) });
      if (!context.identity) throw context.refusal ?? new AppError('UNAUTHORIZED', 'Unauthorized');
      const body = await endpoint.answerWith({ api: createCaller(context), request, response });
      response.set('Cache-Control', 'private, no-cache').json(body);
    } catch (error) {
      if (endpoint.refuseAfterMs) await wait(app, endpoint.refuseAfterMs);
      throw error;
    }
  };
}

function wait({ clock }: AppContext, delayMs: number): Promise<void> {
  return new Promise((resolve) => clock.after(delayMs, resolve));
}

function refuse(app: AppContext): ErrorRequestHandler {
  // oxlint-disable-next-line max-params -- Express knows an error handler by its four parameters
  return (thrown, request, response, next) => {
    if (response.headersSent) return next(thrown);
    const { code, message, cause, retryAfterMs } = toRefusal(thrown);
    if (code === 'INTERNAL_SERVER_ERROR')
      app.log.error({ path: request.path, err: cause }, 'a request failed');
    if (retryAfterMs !== undefined) response.set('Retry-After', String(Math.ceil(retryAfterMs / 1000)));
    const body: LegacyError = { message: code === 'UNAUTHORIZED' ? 'Unauthorized' : message };
    response.status(errorCodes[code].httpStatus).json(body);
  };
}

/** What Express itself refuses, a path that is not UTF-8, is the caller's mistake. */
function toRefusal(thrown: unknown): AppError {
  return thrown instanceof URIError ? new AppError('BAD_REQUEST', 'Invalid request') : toAppError(thrown);
}
