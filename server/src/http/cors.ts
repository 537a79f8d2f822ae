import cors from 'cors';
import type { Env } from '../platform/env.ts';

/** Where the existing apps are developed: Expo's and Vite's default addresses. */
const developmentOrigins = ['http://localhost:8081', 'http://localhost:5173'];

/**
 * Names the browser origins that may read answers, with credentials; never `*`. A request without an Origin, or
 * from elsewhere, is served all the same: React Native sends none.
 */
export function createCors(env: Env) {
  return cors({ origin: [...developmentOrigins, ...(env.FRONTEND_URL ?? [])], credentials: true });
}
