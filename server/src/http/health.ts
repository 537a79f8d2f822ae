import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Connection as Database } from 'mongoose';
import type { Clock } from '../platform/clock.ts';
import type { Env } from '../platform/env.ts';
import type { Logger } from '../platform/logger.ts';
import type { Metrics } from '../platform/metrics.ts';
import { sendJson, sendTooMany } from './answer.ts';
import { Guesses, type Verdict } from './guesses.ts';
import { isLocalRequest } from './local-request.ts';

/** What the process says of itself; it changes once, when the process is asked to end. */
export type Lifecycle = { isDraining: boolean };

type ReadinessDeps = { readonly db: Database; readonly log: Logger; readonly lifecycle: Lifecycle };

/** 200 when traffic is welcome: the database answers and the process is not about to end. */
export async function answerReadiness(
  { db, log, lifecycle }: ReadinessDeps,
  response: ServerResponse,
): Promise<void> {
  if (lifecycle.isDraining) return sendJson(response, 503, { status: 'draining' });
  try {
    await db.db?.admin().ping();
    sendJson(response, 200, { status: 'ok' });
  } catch (error) {
    log.warn({ err: error }, 'the database does not answer');
    sendJson(response, 503, { status: 'database unavailable' });
  }
}

type MetricsDeps = {
  readonly env: Pick<Env, 'METRICS_TOKEN'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly bearerTokenOf: (request: IncomingMessage) => string | undefined;
};

/** Prometheus metrics: for whoever has METRICS_TOKEN or, while there is none, for this machine. */
export function createMetricsHandler({ env, metrics, bearerTokenOf, ...deps }: MetricsDeps): RequestListener {
  const { METRICS_TOKEN: secret } = env;
  const guesses = new Guesses(deps, 'METRICS_TOKEN');
  const judge = (request: IncomingMessage): Verdict =>
    secret === undefined
      ? { isRight: isLocalRequest(request) }
      : guesses.judge({ request, given: bearerTokenOf(request), secret });
  return (request, response) => {
    const { isRight, retryAfterMs } = judge(request);
    if (isRight) void sendMetrics(metrics, response);
    else if (retryAfterMs !== undefined) sendTooMany(response, retryAfterMs);
    else sendJson(response, 403, { message: 'Metrics need METRICS_TOKEN' });
  };
}

async function sendMetrics(metrics: Metrics, response: ServerResponse): Promise<void> {
  const text = await metrics.render();
  response.writeHead(200, { 'content-type': metrics.contentType, 'cache-control': 'no-store' });
  response.end(text);
}
