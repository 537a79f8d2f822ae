import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Connection as Database } from 'mongoose';
import type { Env } from '../platform/env.ts';
import type { Logger } from '../platform/logger.ts';
import type { Metrics } from '../platform/metrics.ts';
import { sendJson } from './answer.ts';
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
  readonly metrics: Metrics;
  readonly bearerTokenOf: (request: IncomingMessage) => string | undefined;
};

/** Prometheus metrics, for this machine or for whoever has METRICS_TOKEN. */
export async function answerMetrics(
  { env, metrics, bearerTokenOf }: MetricsDeps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const isAllowed = isLocalRequest(request) || isSameSecret(bearerTokenOf(request), env.METRICS_TOKEN);
  if (!isAllowed) return sendJson(response, 403, { message: 'Metrics need METRICS_TOKEN' });
  const text = await metrics.render();
  response.writeHead(200, { 'content-type': metrics.contentType, 'cache-control': 'no-store' });
  response.end(text);
}

function isSameSecret(given: string | undefined, secret: string | undefined): boolean {
  if (given === undefined || secret === undefined) return false;
  const [a, b] = [Buffer.from(given), Buffer.from(secret)];
  return a.length === b.length && timingSafeEqual(a, b);
}
