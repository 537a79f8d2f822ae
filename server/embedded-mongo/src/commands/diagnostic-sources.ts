import { hostname } from 'node:os';
import { Int32, Long } from 'bson';
import { type BsonDocument, type BsonValue, isDocument } from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import type { Collection } from '../storage/collection.ts';
import { Arguments } from './arguments.ts';
import type { CommandContext } from './command.ts';

/** What a database pipeline's first stage tells of the server itself; undefined when it is no such stage. */
export function databaseSource(ctx: CommandContext, stage: BsonDocument): BsonDocument[] | undefined {
  if ('$listLocalSessions' in stage) requireOptions(stage, '$listLocalSessions', ['allUsers', 'users']);
  if ('$currentOp' in stage) requireOptions(stage, '$currentOp', operationOptions);
  if ('$listLocalSessions' in stage) return [{ _id: ctx.args.document('lsid') ?? {}, lastUse: new Date() }];
  return '$currentOp' in stage ? describeOperation(ctx) : undefined;
}

/** The same for a pipeline over a collection. */
export function collectionSource(
  collection: Collection | undefined,
  stage: BsonDocument,
): BsonDocument[] | undefined {
  if ('$indexStats' in stage) requireOptions(stage, '$indexStats', []);
  if ('$indexStats' in stage) return describeIndexes(collection);
  return '$collStats' in stage ? describeCollection(collection, stage['$collStats']) : undefined;
}

/** They would add idle connections, cursors and sessions, and other users'; this server tells none of them. */
const operationOptions = [
  'allUsers',
  'idleConnections',
  'idleCursors',
  'idleSessions',
  'localOps',
  'truncateOps',
];

function requireOptions(stage: BsonDocument, name: string, known: readonly string[]): void {
  new Arguments('aggregate', stage).inner(name, known);
}

// Commands run one after another, so the only operation in progress is the one that asks.
function describeOperation({ args, db, connection }: CommandContext): BsonDocument[] {
  if (db !== 'admin') {
    throw new CommandError(
      'InvalidNamespace',
      "$currentOp must be run against the 'admin' database with {aggregate: 1}",
    );
  }
  const lsid = args.document('lsid');
  return [
    {
      type: 'op',
      host: hostname(),
      connectionId: new Int32(connection.id),
      active: true,
      currentOpTime: new Date().toISOString(),
      ...(lsid && { lsid }),
      op: 'command',
      ns: 'admin.$cmd.aggregate',
      command: args.body,
    },
  ];
}

function describeIndexes(collection: Collection | undefined): BsonDocument[] {
  if (!collection) return [];
  const idIndex: BsonDocument = { v: new Int32(2), key: { _id: new Int32(1) }, name: '_id_' };
  const specs = [idIndex, ...collection.indexes.map((index) => index.describe())];
  return specs.map((spec) => ({ name: spec['name'], key: spec['key'], host: hostname(), spec }));
}

function describeCollection(collection: Collection | undefined, parts: BsonValue): BsonDocument[] {
  if (!collection || !isDocument(parts)) {
    throw new CommandError('NamespaceNotFound', '$collStats needs a collection that exists');
  }
  const unknown = Object.keys(parts).find((part) => part !== 'count');
  if (unknown !== undefined) {
    throw new CommandError('CommandNotSupported', `$collStats tells only the count, not ${unknown}`);
  }
  return [
    { ns: collection.ns, host: hostname(), localTime: new Date(), count: Long.fromNumber(collection.count) },
  ];
}
