import { randomUUID } from 'node:crypto';
import { inject, onTestFinished } from 'vitest';
import { systemClock, type Clock } from '../platform/clock.ts';
import { readEnv } from '../platform/env.ts';
import { createLogger, type Logger } from '../platform/logger.ts';
import { startServer, type WhisperServer } from '../server.ts';
import './provided-context.ts';
import { fetchDevToken } from './dev-token.ts';
import { TestClient } from './test-client.ts';

type TestServerOptions = {
  readonly clock?: Clock;
  /** Settings as they would stand in the environment; they win over the test's defaults. */
  readonly env?: Record<string, string>;
  /** Silent unless given, or unless LOG_LEVEL says otherwise. */
  readonly log?: Logger;
  /** One node, however many the run wants: the test is about what one process does, or looks inside it. */
  readonly isAlone?: boolean;
  /** Another node, or the next life, of a server that runs already; or what a test put there. */
  readonly sameDatabaseAs?: Pick<TestServer, 'mongoUri'>;
};

/**
 * With TEST_NODES=2 every server of a test is two processes' worth of nodes on one Redis, and whoever asks for its address
 * gets that of the one and the other in turn.
 */
const nodesWanted = Number(process.env['TEST_NODES'] ?? 1);

export class TestServer implements AsyncDisposable {
  /** The first of them, where a test looks inside. */
  readonly server: WhisperServer;
  readonly mongoUri: string;
  readonly #nodes: readonly WhisperServer[];
  #turn = 0;

  constructor(nodes: readonly [WhisperServer, ...WhisperServer[]], mongoUri: string) {
    [this.server] = nodes;
    this.#nodes = nodes;
    this.mongoUri = mongoUri;
  }

  get url(): string {
    this.#turn += 1;
    return (this.#nodes[this.#turn % this.#nodes.length] ?? this.server).url;
  }

  /** Open sockets of signed-in people, on all nodes. */
  get connections(): number {
    return this.#nodes.reduce((sum, { app }) => sum + app.connections.size, 0);
  }

  get app(): WhisperServer['app'] {
    return this.server.app;
  }

  /** What each of them is made of, where a test looks into all. */
  get apps(): readonly WhisperServer['app'][] {
    return this.#nodes.map(({ app }) => app);
  }

  /** A fresh token of the local issuer for this name. */
  async tokenFor(user: string): Promise<string> {
    return fetchDevToken(this.url, user);
  }

  /** A signed-in tRPC client, closed at the end of the test. */
  async signIn(user: string): Promise<TestClient> {
    const client = await TestClient.open(this.url, await this.tokenFor(user));
    onTestFinished(() => client.close());
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node.close()));
  }
}

/** A real server on a free port, on the run's store, in a database of its own. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const { clock = systemClock, env = {}, sameDatabaseAs, log } = options;
  const nodes = options.isAlone ? 1 : nodesWanted;
  const mongoUri = sameDatabaseAs?.mongoUri ?? newDatabaseUri();
  const settings = {
    NODE_ENV: 'test',
    PORT: '0',
    HOST: '127.0.0.1',
    DATA_DIR: inject('identityDir'),
    MONGODB_URI: mongoUri,
    PUSH: 'off',
    RATE_LIMITS: 'off',
    DRAIN_SECONDS: '0',
    LOG_LEVEL: 'silent',
    ...(nodes > 1 && { REDIS_URL: inject('redisUrl') }),
  };
  const start = () =>
    startServer({
      env: readEnv({ ...settings, ...env }),
      clock,
      log: log ?? createLogger(env['LOG_LEVEL'] ?? 'silent'),
    });
  // One after the other: with a clock that stands still nobody would wait for the first to prepare the database.
  const first = await start();
  const others: WhisperServer[] = [];
  while (others.length < nodes - 1) others.push(await start());
  return new TestServer([first, ...others], mongoUri);
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
