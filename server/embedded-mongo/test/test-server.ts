import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { type ServerOptions, startServer } from '../src/launch/start-server.ts';

export type TempDir = Disposable & { readonly path: string };

export function makeTempDir(): TempDir {
  const path = mkdtempSync(join(tmpdir(), 'embedded-mongo-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** A server in this process on a fresh directory, with a driver connected to it. */
export async function startTestServer(options: Partial<ServerOptions> = {}) {
  const dir = makeTempDir();
  const { dataDir = dir.path } = options;
  const address = { socketPath: join(dir.path, 'socket', 'mongo.sock') };
  const server = await startServer({ address, isDurable: false, ...options, dataDir });
  const client = await MongoClient.connect(server.uri, { maxPoolSize: 400 });
  return {
    client,
    db: client.db('test'),
    uri: server.uri,
    engine: server.engine,
    dataDir,
    async [Symbol.asyncDispose]() {
      await client.close();
      await server.close();
      dir[Symbol.dispose]();
    },
  };
}
