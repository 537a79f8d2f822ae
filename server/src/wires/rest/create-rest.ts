import { errorCodes, type UserId } from '@whisper/shared';
import type { LegacyError } from '@whisper/shared/legacy';
import express, { type ErrorRequestHandler, type RequestHandler } from 'express';
import helmet from 'helmet';
import type { RequestListener } from 'node:http';
import { publicAddressOf } from '../../http/public-address.ts';
import { AppError, toAppError } from '../../platform/errors.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/logger.ts';
import { admitAsker } from '../ask.ts';
import { followAnswer } from '../follow-answer.ts';
import type { LegacyDeps } from '../deps.ts';
import type { Emails } from '../legacy-view.ts';
import { createDocs } from './docs.ts';
import type { Endpoint } from './endpoint.ts';
import { endpoints } from './endpoints.ts';
import { createDescription } from './openapi.ts';
import { identifyRequest } from './identify-request.ts';

type RestDeps = LegacyDeps & {
  readonly findSharedEmails: (viewerId: UserId, userIds: readonly UserId[]) => Promise<Emails>;
};

/** The old REST interface. Request bodies are not read: no endpoint ever used one. */
export function createRest(deps: RestDeps): RequestListener {
  const rest = express();
  rest.use(helmet({ contentSecurityPolicy: { useDefaults: false, directives: contentSecurityPolicy } }));
  for (const endpoint of endpoints) rest[endpoint.method](endpoint.path, serve(deps, endpoint));
  const describe = createDescription(endpoints);
  rest.get('/api/openapi.json', ({ protocol, host }, response) => {
    response.json(describe({ isLocalIssuer: deps.env.isLocalIssuer, origin: `${protocol}://${host}` }));
  });
  rest.use('/api/docs', createDocs());
  rest.use(() => {
    throw new AppError('NOT_FOUND', 'Not found');
  });
  rest.use(refuse(deps));
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

function serve(deps: RestDeps, endpoint: Endpoint): RequestHandler {
  return async (request, response) => {
    try {
      const asker = await admitAsker(deps, request, await identifyRequest(deps, request));
      if (!asker.identity) throw asker.refusal ?? new AppError('UNAUTHORIZED', 'Unauthorized');
      const viewerId = asker.identity.viewer.id;
      const answer = followAnswer(deps.held, {
        userId: viewerId,
        response,
        // Endpoints end their pages by themselves.
        bytesMax: Number.POSITIVE_INFINITY,
      });
      const body = await endpoint.answerWith({
        api: deps.createCaller({
          ...asker,
          socket: null,
          answer,
          admission: deps.admission,
          isRefusedLate: true,
        }),
        findEmails: (users) =>
          deps.findSharedEmails(
            viewerId,
            users.map(({ id }) => id),
          ),
        linkTo: (attachment) => `${publicAddressOf(deps.env, request)}${deps.lastingLinkOf(attachment)}`,
        request,
        response,
      });
      response.set('Cache-Control', 'private, no-cache').json(body);
    } catch (error) {
      if (endpoint.refuseAfterMs) await wait(deps, endpoint.refuseAfterMs);
      throw error;
    }
  };
}

function wait({ clock }: { readonly clock: Clock }, delayMs: number): Promise<void> {
  return new Promise((resolve) => clock.after(delayMs, resolve));
}

function refuse({ log }: { readonly log: Logger }): ErrorRequestHandler {
  // oxlint-disable-next-line max-params -- Express knows an error handler by its four parameters
  return (thrown, request, response, next) => {
    if (response.headersSent) return next(thrown);
    const { code, message, cause, retryAfterMs } = toRefusal(thrown);
    if (code === 'INTERNAL_SERVER_ERROR') log.error({ path: request.path, err: cause }, 'a request failed');
    if (retryAfterMs !== undefined) response.set('Retry-After', String(Math.ceil(retryAfterMs / 1000)));
    const body: LegacyError = { message: code === 'UNAUTHORIZED' ? 'Unauthorized' : message };
    response.status(errorCodes[code].httpStatus).json(body);
  };
}

/** What Express itself refuses, a path that is not UTF-8, is the caller's mistake. */
function toRefusal(thrown: unknown): AppError {
  return thrown instanceof URIError ? new AppError('BAD_REQUEST', 'Invalid request') : toAppError(thrown);
}
