import { serve } from '../../src/testing/peer.ts';
import { readEnv } from '../../src/platform/env.ts';
import { startServer } from '../../src/server.ts';

export type WhisperRequest =
  | {
      readonly kind: 'start';
      readonly uri: string;
      readonly dataDir: string;
      readonly redisUrl?: string;
      readonly env?: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'cpu' }
  | { readonly kind: 'gc' }
  | { readonly kind: 'memory' };

serve(async (request: WhisperRequest) => {
  if (request.kind === 'cpu') return process.cpuUsage();
  if (request.kind === 'gc') return globalThis.gc?.();
  if (request.kind === 'memory') return process.memoryUsage();
  const { uri, dataDir, redisUrl, env = {} } = request;
  const settings = {
    PORT: '0',
    MONGODB_URI: uri,
    DATA_DIR: dataDir,
    RATE_LIMITS: 'off',
    LOG_LEVEL: 'error',
    // Nobody refreshes a token here.
    TOKEN_GRACE_SECONDS: '3600',
  };
  const shared = redisUrl === undefined ? {} : { REDIS_URL: redisUrl };
  const server = await startServer({ env: readEnv({ ...settings, ...shared, ...env }) });
  return Number(new URL(server.url).port);
});
