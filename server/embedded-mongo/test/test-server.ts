import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { startServer } from '../src/launch/start-server.ts';

export type TempDir = Disposable & { readonly path: string };

export function makeTempDir(): TempDir {
  const path = mkdtempSync(join(tmpdir(), 'embedded-mongo-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** A server in this process on a fresh directory, with a driver connected to it. */
export async function startTestServer() {
  const dir = makeTempDir();
  const server = await startServer({
    dataDir: dir.path,
    address: { socketPath: join(dir.path, 'socket', 'mongo.sock') },
    isDurable: false,
  });
  const client = await MongoClient.connect(server.uri);
  return {
    client,
    db: client.db('test'),
    uri: server.uri,
    engine: server.engine,
    dataDir: dir.path,
    async [Symbol.asyncDispose]() {
      await client.close();
      await server.close();
      dir[Symbol.dispose]();
    },
  };
}
