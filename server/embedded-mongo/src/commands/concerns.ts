import { isNumber, toDouble } from '../bson/numbers.ts';
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

const preferences: ReadonlySet<unknown> = new Set([
  'primary',
  'primaryPreferred',
  'secondary',
  'secondaryPreferred',
  'nearest',
]);

/**
 * Refuses what only replicas can promise, as MongoDB's standalone server does. All other concerns ask no more than
 * every read and write here gives: reads see what is durable, writes are durable when acknowledged. A read preference
 * has no choice to make among one server.
 */
export function requireConcerns(args: Arguments): void {
  if (args.has('readConcern')) requireReadConcern(args);
  if (args.has('writeConcern')) requireWriteConcern(args);
  if (args.has('$readPreference')) requirePreference(args);
}

function requirePreference(args: Arguments): void {
  const preference = args.inner('$readPreference', ['mode', 'tags', 'hedge', 'maxStalenessSeconds']);
  const mode = preference.string('mode') ?? 'primary';
  if (preferences.has(mode)) return;
  throw new CommandError('FailedToParse', `Could not parse $readPreference mode '${mode}'`);
}

function requireReadConcern(args: Arguments): void {
  const concern = args.inner('readConcern', ['level', 'afterClusterTime', 'atClusterTime', 'provenance']);
  const level = concern.string('level') ?? 'local';
  if (!readLevels.has(level))
    throw new CommandError('FailedToParse', 'readConcern.level is not a level MongoDB knows');
  const time = ['afterClusterTime', 'atClusterTime'].find((field) => concern.has(field));
  if (!replicatedLevels.has(level) && time === undefined) return;
  throw new CommandError(
    'NotAReplicaSet',
    `node needs to be a replica set member to use readConcern: ${JSON.stringify(time ?? level)}`,
  );
}

function requireWriteConcern(args: Arguments): void {
  const concern = args.inner('writeConcern', ['w', 'j', 'wtimeout', 'fsync', 'provenance']);
  for (const flag of ['j', 'fsync']) concern.boolean(flag);
  concern.integer('wtimeout');
  const w = concern.value('w');
  if (w !== undefined && typeof w !== 'string' && !isNumber(w)) {
    throw new CommandError('FailedToParse', 'w has to be a number or a string');
  }
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
