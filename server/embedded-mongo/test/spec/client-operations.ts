import type {
  ClientBulkWriteModel,
  ClientBulkWriteResult,
  ClientUpdateResult,
  Db,
  Document,
  MongoClient,
} from 'mongodb';
import type { Arguments } from './collection-operations.ts';
import type { Json } from './spec-files.ts';

export const clientOperations: Readonly<
  Record<string, (client: MongoClient, args: Arguments) => Promise<unknown>>
> = {
  clientBulkWrite: async (client, { models, ...options }) => {
    const writes = (models as Json[]).map(toBulkModel);
    return toBulkResult(await client.bulkWrite(writes, options));
  },
  listDatabases: async (client, options) =>
    (await client.db('admin').admin().listDatabases(options)).databases,
  listDatabaseNames: async (client, options) =>
    (
      await client
        .db('admin')
        .admin()
        .listDatabases({ ...options, nameOnly: true })
    ).databases.map(({ name }) => name),
  close: (client) => client.close(),
};

export const databaseOperations: Readonly<Record<string, (db: Db, args: Arguments) => Promise<unknown>>> = {
  aggregate: (db, { pipeline, ...options }) => db.aggregate(pipeline as Document[], options).toArray(),
  createCollection: (db, { collection, ...options }) => db.createCollection(String(collection), options),
  dropCollection: (db, { collection, ...options }) => db.dropCollection(String(collection), options),
  dropDatabase: (db, options) => db.dropDatabase(options),
  modifyCollection: (db, { collection, session, ...options }) =>
    db.command({ collMod: String(collection), ...options }, { session } as Json),
  listCollections: (db, { filter, ...options }) =>
    db.listCollections((filter as Document | undefined) ?? {}, options).toArray(),
  listCollectionNames: async (db, { filter, ...options }) => {
    const found = await db
      .listCollections((filter as Document | undefined) ?? {}, { ...options, nameOnly: true })
      .toArray();
    return found.map(({ name }) => name);
  },
  runCommand: (db, { command, commandName: _, ...options }) => db.command(command as Document, options),
  runCursorCommand: (db, { command, commandName: _, ...options }) =>
    db.runCursorCommand(command as Document, options).toArray(),
};

/** The files name the kind of a write as its key; the driver wants it as a field. */
function toBulkModel(model: Json): ClientBulkWriteModel<Document> {
  const [[name, body] = ['', {}]] = Object.entries(model);
  return { name, ...(body as Json) } as ClientBulkWriteModel<Document>;
}

/** A client bulk write's result with its maps as documents, as the files write them. */
export function toBulkResult(result: ClientBulkWriteResult): Json {
  const { insertResults, updateResults, deleteResults, ...counts } = result;
  return {
    ...counts,
    insertResults: toDocument(insertResults),
    updateResults: updateResults && Object.fromEntries([...updateResults].map(withoutDidUpsert)),
    deleteResults: toDocument(deleteResults),
  };
}

// A field of this driver's own.
function withoutDidUpsert([index, { didUpsert: _, ...result }]: [number, ClientUpdateResult]): [
  number,
  Json,
] {
  return [index, { ...result }];
}

export function toDocument(map: ReadonlyMap<number, unknown> | undefined): Json | undefined {
  return map && Object.fromEntries(map);
}
