import { isNumber, toDouble } from '../bson/numbers.ts';
import type { BsonDocument } from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import type { Arguments } from './arguments.ts';

const readLevels: ReadonlySet<unknown> = new Set([
  'local',
  'available',
  'majority',
  'linearizable',
  'snapshot',
]);
const replicatedLevels: ReadonlySet<unknown> = new Set(['linearizable', 'snapshot']);

/**
 * Refuses what only replicas can promise, as MongoDB's standalone server does. All other concerns ask no more than
 * every read and write here gives: reads see what is durable, writes are durable when acknowledged.
 */
export function requireConcerns(args: Arguments): void {
  const readConcern = args.document('readConcern');
  const writeConcern = args.document('writeConcern');
  if (readConcern) requireReadConcern(readConcern);
  if (writeConcern) requireWriteConcern(writeConcern);
}

function requireReadConcern({ level = 'local' }: BsonDocument): void {
  if (!readLevels.has(level))
    throw new CommandError('FailedToParse', 'readConcern.level is not a level MongoDB knows');
  if (!replicatedLevels.has(level)) return;
  throw new CommandError(
    'NotAReplicaSet',
    `node needs to be a replica set member to use readConcern: ${JSON.stringify(level)}`,
  );
}

function requireWriteConcern({ w }: BsonDocument): void {
  if (isNumber(w) && toDouble(w) > 1) {
    throw new CommandError('BadValue', "cannot use 'w' > 1 when a host is not replicated");
  }
  if (typeof w === 'string' && w !== 'majority') {
    throw new CommandError(
      'BadValue',
      `cannot use non-majority 'w' mode ${w} when a host is not a member of a replica set`,
    );
  }
}
