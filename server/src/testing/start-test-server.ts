import { randomUUID } from 'node:crypto';
import { inject, onTestFinished } from 'vitest';
import { systemClock, type Clock } from '../platform/clock.ts';
import { readEnv } from '../platform/env.ts';
import { createLogger, type Logger } from '../platform/logger.ts';
import { startServer, type WhisperServer } from '../server.ts';
import './provided-context.ts';
import { TestClient } from './test-client.ts';

type TestServerOptions = {
  readonly clock?: Clock;
  /** Settings as they would stand in the environment; they win over the test's defaults. */
  readonly env?: Record<string, string>;
  /** Silent unless given, or unless LOG_LEVEL says otherwise. */
  readonly log?: Logger;
  /** Another node, or the next life, of a server that runs already; or what a test put there. */
  readonly sameDatabaseAs?: Pick<TestServer, 'mongoUri'>;
};

export class TestServer implements AsyncDisposable {
  readonly server: WhisperServer;
  readonly mongoUri: string;

  constructor(server: WhisperServer, mongoUri: string) {
    this.server = server;
    this.mongoUri = mongoUri;
  }

  get url(): string {
    return this.server.url;
  }

  get app(): WhisperServer['app'] {
    return this.server.app;
  }

  /** A fresh token of the local issuer for this name. */
  async tokenFor(user: string): Promise<string> {
    const response = await fetch(`${this.url}/dev/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user }),
    });
    const { token } = (await response.json()) as { token: string };
    return token;
  }

  /** A signed-in tRPC client, closed at the end of the test. */
  async signIn(user: string): Promise<TestClient> {
    const client = await TestClient.open(this.url, await this.tokenFor(user));
    onTestFinished(() => client.close());
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.close();
  }
}

/** A real server on a free port, on the run's store, in a database of its own. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const { clock = systemClock, env = {}, sameDatabaseAs, log } = options;
  const mongoUri = sameDatabaseAs?.mongoUri ?? newDatabaseUri();
  const settings = {
    NODE_ENV: 'test',
    PORT: '0',
    HOST: '127.0.0.1',
    DATA_DIR: inject('identityDir'),
    MONGODB_URI: mongoUri,
    RATE_LIMITS: 'off',
    LOG_LEVEL: 'silent',
  };
  const server = await startServer({
    env: readEnv({ ...settings, ...env }),
    clock,
    log: log ?? createLogger(env['LOG_LEVEL'] ?? 'silent'),
  });
  return new TestServer(server, mongoUri);
}

/** A database that nothing is in, on the run's store. */
export function newDatabaseUri(): string {
  return withDatabase(inject('mongoUri'), `test-${randomUUID()}`);
}

function withDatabase(uri: string, database: string): string {
  const [address = '', query] = uri.split('?');
  const origin = /^mongodb(?:\+srv)?:\/\/[^/]+/.exec(address)?.[0] ?? address;
  return `${origin}/${database}${query ? `?${query}` : ''}`;
}
