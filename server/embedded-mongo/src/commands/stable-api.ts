import { CommandError } from '../errors.ts';
import type { Arguments } from './arguments.ts';

/** The commands of MongoDB's Stable API, version 1, each with the fields that are not part of it. */
const stable: ReadonlyMap<string, readonly string[]> = new Map([
  ['abortTransaction', []],
  ['aggregate', ['explain']],
  ['bulkWrite', []],
  ['collMod', []],
  ['commitTransaction', []],
  ['count', []],
  ['create', ['autoIndexId', 'capped', 'max', 'size']],
  ['createIndexes', []],
  ['delete', []],
  ['drop', []],
  ['dropDatabase', []],
  ['dropIndexes', []],
  ['endSessions', []],
  ['explain', []],
  ['find', ['noCursorTimeout', 'singleBatch']],
  ['findAndModify', []],
  ['getMore', []],
  ['hello', []],
  ['insert', []],
  ['killCursors', []],
  ['listCollections', []],
  ['listDatabases', []],
  ['listIndexes', []],
  ['ping', []],
  ['refreshSessions', []],
  ['update', []],
]);

/** The same for stages of a pipeline and options of an index. */
const unstableParts: ReadonlyMap<string, { readonly list: string; readonly names: readonly string[] }> =
  new Map([
    [
      'aggregate',
      { list: 'pipeline', names: ['$collStats', '$currentOp', '$indexStats', '$listLocalSessions'] },
    ],
    ['createIndexes', { list: 'indexes', names: ['background', 'sparse'] }],
  ]);

/**
 * Refuses another API version than 1 (322) and, with apiStrict, what is not part of it (323). Nothing of version 1 is
 * deprecated, so that apiDeprecationErrors has nothing to refuse.
 */
export function requireStableApi(args: Arguments, command: string): void {
  const version = args.string('apiVersion');
  const isStrict = args.boolean('apiStrict');
  args.boolean('apiDeprecationErrors');
  if (version === undefined) {
    if (!args.has('apiStrict') && !args.has('apiDeprecationErrors')) return;
    throw new CommandError(
      4886600,
      'Provided apiStrict and/or apiDeprecationErrors without passing apiVersion',
    );
  }
  if (version !== '1') throw new CommandError('APIVersionError', 'API version must be "1"');
  if (isStrict) requireStable(args, command);
}

function requireStable(args: Arguments, command: string): void {
  const unstable = stable.get(command);
  if (!unstable) throw notStable(`the command ${command}`);
  const field = unstable.find((each) => args.has(each));
  if (field !== undefined) throw notStable(`the field ${command}.${field}`);
  const { list = '', names = [] } = unstableParts.get(command) ?? {};
  const given = args.documents(list)?.flatMap((part) => Object.keys(part)) ?? [];
  const part = names.find((name) => given.includes(name));
  if (part !== undefined) throw notStable(`${part} of ${command}`);
}

function notStable(what: string): CommandError {
  return new CommandError('APIStrictError', `Provided apiStrict:true, but ${what} is not in API Version 1.`);
}
