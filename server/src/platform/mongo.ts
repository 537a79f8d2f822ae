import { startEmbeddedMongo } from '@whisper/embedded-mongo';
import mongoose, { type Connection } from 'mongoose';
import { join } from 'node:path';
import type { Env } from './env.ts';

export type Database = {
  readonly db: Connection;
  readonly kind: 'embedded' | 'mongodb';
  close(): Promise<void>;
};

/** A command that takes longer fails with a retryable error; nothing waits for ever on a stalled database. */
const operationTimeoutMs = 10_000;

/** Opens MONGODB_URI, or starts the embedded store in DATA_DIR when there is none. Ready when it resolves. */
export async function openDatabase(env: Env): Promise<Database> {
  if (env.MONGODB_URI) {
    const db = await connect(env.MONGODB_URI);
    return { db, kind: 'mongodb', close: () => db.close() };
  }
  const store = await startEmbeddedMongo({ dataDir: join(env.DATA_DIR, 'mongo') });
  const db = await connect(store.uri);
  return {
    db,
    kind: 'embedded',
    async close() {
      await db.close();
      await store.close();
    },
  };
}

function connect(uri: string): Promise<Connection> {
  return mongoose
    .createConnection(uri, {
      autoIndex: false,
      autoCreate: false,
      dbName: databaseNameOf(uri),
      serverSelectionTimeoutMS: 5_000,
      socketTimeoutMS: operationTimeoutMs,
      maxPoolSize: 32,
    })
    .asPromise();
}

/** The database named in the connection string, or `whisper`. */
function databaseNameOf(uri: string): string {
  const path = /^mongodb(?:\+srv)?:\/\/[^/]+\/([^?]*)/.exec(uri)?.[1];
  return path ? decodeURIComponent(path) : 'whisper';
}
