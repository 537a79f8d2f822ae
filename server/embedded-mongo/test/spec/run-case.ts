import { AbstractCursor, Collection, Db, MongoClient } from 'mongodb';
import { clientOperations, databaseOperations } from './client-operations.ts';
import { type Arguments, collectionOperations } from './collection-operations.ts';
import { Entities, Unsupported } from './entities.ts';
import { findErrorMismatch } from './expect-error.ts';
import { findEventMismatch } from './expect-events.ts';
import { findMismatch } from './match.ts';
import { assert, type RunnerContext, runnerOperations } from './runner-operations.ts';
import type { CollectionData, Json, SpecCase, SpecFile, SpecOperation } from './spec-files.ts';

/**
 * Runs one case through the unmodified driver: data, entities, operations with their results and errors, command
 * events, and what the collections hold at the end. Throws at the first difference.
 */
export async function runCase(file: SpecFile, test: SpecCase, { uri, internal }: Server): Promise<void> {
  for (const data of file.initialData ?? []) await loadData(internal, data);
  await using entities = new Entities(uri);
  const context: RunnerContext = { entities, internal, failPoints: [] };
  try {
    await entities.create(file.createEntities ?? []);
    for (const operation of test.operations) await runOperation(operation, context);
  } finally {
    for (const name of context.failPoints)
      await internal.db('admin').command({ configureFailPoint: name, mode: 'off' });
  }
  for (const expected of test.expectEvents ?? []) fail(findEventMismatch(expected, entities));
  for (const data of test.outcome ?? []) await checkOutcome(internal, data);
}

export type Server = { readonly uri: string; readonly internal: MongoClient };

async function loadData(internal: MongoClient, data: CollectionData): Promise<void> {
  const database = internal.db(data.databaseName);
  await database.dropCollection(data.collectionName);
  if (data.documents.length === 0 || data.createOptions) {
    await database.createCollection(data.collectionName, data.createOptions ?? {});
  }
  if (data.documents.length > 0)
    await database.collection(data.collectionName).insertMany([...data.documents]);
}

async function checkOutcome(internal: MongoClient, data: CollectionData): Promise<void> {
  const collection = internal.db(data.databaseName).collection(data.collectionName);
  const documents = await collection.find({}, { sort: { _id: 1 } }).toArray();
  const found = { documents: documents.map((document) => ({ ...document })) };
  const mismatch = findMismatch({ documents: data.documents }, found, { get: notHere, lsidOf: notHere });
  fail(mismatch && `outcome of ${data.collectionName}: ${mismatch}`);
}

function notHere(id: string): never {
  throw new Unsupported(`entity ${id} in an outcome`);
}

async function runOperation(operation: SpecOperation, context: RunnerContext): Promise<void> {
  const { name, expectError, expectResult } = operation;
  const outcome = await attempt(() => dispatch(operation, context));
  if (operation.ignoreResultAndError) return;
  if ('error' in outcome) {
    if (!expectError || outcome.error instanceof Unsupported) throw outcome.error;
    const mismatch = findErrorMismatch(expectError, outcome.error, context.entities);
    return fail(mismatch && `${name}: ${mismatch}`);
  }
  assert(!expectError, `${name}: succeeded, but an error is expected: ${JSON.stringify(expectError)}`);
  if (operation.saveResultAsEntity) context.entities.set(operation.saveResultAsEntity, outcome.result);
  if (!('expectResult' in operation)) return;
  const mismatch = findMismatch(expectResult, outcome.result ?? null, context.entities);
  fail(mismatch && `${name}: ${mismatch}`);
}

async function attempt(run: () => Promise<unknown>): Promise<{ result: unknown } | { error: unknown }> {
  try {
    return { result: await run() };
  } catch (error) {
    return { error };
  }
}

async function dispatch(
  { object, name, arguments: args = {} }: SpecOperation,
  context: RunnerContext,
): Promise<unknown> {
  const resolved = resolveSession(args, context);
  if (object === 'testRunner') return requireOperation(runnerOperations, name)(context, resolved);
  const target = context.entities.get(object);
  if (target instanceof MongoClient) return requireOperation(clientOperations, name)(target, resolved);
  if (target instanceof Db) return requireOperation(databaseOperations, name)(target, resolved);
  if (target instanceof Collection) return requireOperation(collectionOperations, name)(target, resolved);
  if (target instanceof AbstractCursor) return runCursorOperation(target, name);
  return runSessionOperation(context, object, name);
}

function runCursorOperation(cursor: AbstractCursor<unknown>, name: string): Promise<unknown> {
  if (name === 'iterateUntilDocumentOrError') return cursor.next();
  if (name === 'iterateOnce') return cursor.tryNext();
  if (name === 'close') return cursor.close();
  throw new Unsupported(`cursor operation ${name}`);
}

async function runSessionOperation(
  { entities }: RunnerContext,
  object: string,
  name: string,
): Promise<unknown> {
  const session = entities.session(object);
  if (name === 'endSession') return session.endSession();
  if (name === 'startTransaction') return session.startTransaction();
  if (name === 'commitTransaction') return session.commitTransaction();
  if (name === 'abortTransaction') return session.abortTransaction();
  throw new Unsupported(`session operation ${name}`);
}

function resolveSession(args: Json, { entities }: RunnerContext): Arguments {
  const { session } = args;
  const isLookedUp = typeof session === 'string' && !('client' in args);
  return isLookedUp ? { ...args, session: entities.session(session) } : args;
}

function requireOperation<T>(operations: Readonly<Record<string, T>>, name: string): T {
  const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
  if (operation) return operation;
  throw new Unsupported(`operation ${name}`);
}

function fail(mismatch: string | undefined): void {
  if (mismatch) throw new Error(mismatch);
}
