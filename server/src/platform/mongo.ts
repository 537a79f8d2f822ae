import mongoose, { type Collection, type Connection, type mongo, type Schema } from 'mongoose';

/** A command that takes longer fails with a retryable error; nothing waits for ever on a stalled database. */
export const operationTimeoutMs = 10_000;

/**
 * A connection of its own per server, with the database named in the connection string, or `whisper`. A patient one waits
 * for as long as a command takes: an index over everything that was ever written takes its time.
 */
export function connectMongo(uri: string, { isPatient = false } = {}): Promise<Connection> {
  return mongoose
    .createConnection(uri, {
      autoIndex: false,
      autoCreate: false,
      dbName: databaseNameOf(uri),
      serverSelectionTimeoutMS: 5_000,
      socketTimeoutMS: isPatient ? 0 : operationTimeoutMs,
      maxPoolSize: 32,
    })
    .asPromise();
}

/** The database that the connection string names, or `whisper`. */
export function databaseNameOf(uri: string): string {
  const path = /^mongodb(?:\+srv)?:\/\/[^/]+\/([^?]*)/.exec(uri)?.[1];
  return path ? decodeURIComponent(path) : 'whisper';
}

type Indexed = {
  readonly schema: Pick<Schema, 'indexes'>;
  readonly collection: Pick<Collection, 'createIndexes'>;
};

/** Makes the indexes that the models name, those of a collection in one command. Idempotent. */
export async function createIndexes(...models: readonly Indexed[]): Promise<void> {
  for (const { schema, collection } of models) {
    const indexes = schema.indexes().map(([key, options]) => ({ key, ...options }));
    // The driver's word for the same, without what else Mongoose's options could hold.
    await collection.createIndexes(indexes as mongo.IndexDescription[]);
  }
}
