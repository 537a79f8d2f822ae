import type { Collection, Document, Filter } from 'mongodb';
import type { Json } from './spec-files.ts';

/** An operation's arguments with sessions looked up; typed loosely, as the files decide what they hold. */
export type Arguments = Json;

type CollectionOperation = (collection: Collection, args: Arguments) => Promise<unknown>;

export const collectionOperations: Readonly<Record<string, CollectionOperation>> = {
  aggregate: (collection, { pipeline, ...options }) =>
    collection.aggregate(pipeline as Document[], options).toArray(),
  bulkWrite: (collection, { requests, ...options }) => collection.bulkWrite(requests as never, options),
  count: (collection, { filter, ...options }) => collection.count(filterOf(filter), options),
  countDocuments: (collection, { filter, ...options }) =>
    collection.countDocuments(filterOf(filter), options),
  estimatedDocumentCount: (collection, options) => collection.estimatedDocumentCount(options),
  distinct: (collection, { fieldName, filter, ...options }) =>
    collection.distinct(String(fieldName), filterOf(filter), options),
  find: (collection, { filter, ...options }) => collection.find(filterOf(filter), options).toArray(),
  findOne: (collection, { filter, ...options }) => collection.findOne(filterOf(filter), options),
  createFindCursor: async (collection, { filter, ...options }) => {
    const cursor = collection.find(filterOf(filter), options);
    await cursor.hasNext();
    return cursor;
  },
  findOneAndDelete: (collection, { filter, ...options }) =>
    collection.findOneAndDelete(filterOf(filter), options),
  findOneAndReplace: (collection, { filter, replacement, ...options }) =>
    collection.findOneAndReplace(filterOf(filter), replacement as Document, withReturnDocument(options)),
  findOneAndUpdate: (collection, { filter, update, ...options }) =>
    collection.findOneAndUpdate(filterOf(filter), update as Document, withReturnDocument(options)),
  insertOne: (collection, { document, ...options }) => collection.insertOne(document as Document, options),
  insertMany: (collection, { documents, ...options }) =>
    collection.insertMany(documents as Document[], options),
  updateOne: (collection, { filter, update, ...options }) =>
    collection.updateOne(filterOf(filter), update as Document, options),
  updateMany: (collection, { filter, update, ...options }) =>
    collection.updateMany(filterOf(filter), update as Document, options),
  replaceOne: (collection, { filter, replacement, ...options }) =>
    collection.replaceOne(filterOf(filter), replacement as Document, options),
  deleteOne: (collection, { filter, ...options }) => collection.deleteOne(filterOf(filter), options),
  deleteMany: (collection, { filter, ...options }) => collection.deleteMany(filterOf(filter), options),
  rename: (collection, { to, ...options }) => collection.rename(String(to), options),
  drop: (collection, options) => collection.drop(options),
  createIndex: (collection, { keys, ...options }) => collection.createIndex(keys as never, options),
  dropIndex: (collection, { name, ...options }) => collection.dropIndex(String(name), options),
  dropIndexes: (collection, options) => collection.dropIndexes(options),
  listIndexes: (collection, options) => collection.listIndexes(options).toArray(),
  listIndexNames: async (collection, options) =>
    (await collection.listIndexes(options).toArray()).map(({ name }: Document) => name as unknown),
};

function filterOf(filter: unknown): Filter<Document> {
  return (filter as Filter<Document> | undefined) ?? {};
}

function withReturnDocument(options: Json): Json {
  const { returnDocument } = options;
  return typeof returnDocument === 'string'
    ? { ...options, returnDocument: returnDocument.toLowerCase() }
    : options;
}
