import { type Counted, mapCounted } from '../bson/document-sequence.ts';
import { type BsonDocument, decodeDocument } from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import { pause, type Steps } from '../pace/pace.ts';
import { Arguments } from './arguments.ts';
import type { CommandContext } from './command.ts';

const statementsMax = 100_000;

/**
 * Runs each statement on its own: one that fails leaves nothing and is reported with its index; the rest follow unless
 * the command is ordered. A full disk is not one statement's failure but the whole command's.
 */
export function* runStatements<T>(
  statements: Counted<T>,
  { args, deadline }: CommandContext,
  run: (statement: T, index: number) => Steps<void>,
): Steps<{ writeErrors?: BsonDocument[] }> {
  if (statements.length === 0 || statements.length > statementsMax) {
    throw new CommandError(
      'InvalidLength',
      `Write batch sizes must be between 1 and ${statementsMax}. Got ${statements.length} operations.`,
    );
  }
  const isOrdered = args.has('ordered') ? args.boolean('ordered') : true;
  const writeErrors: BsonDocument[] = [];
  let index = 0;
  for (const statement of statements) {
    try {
      yield* run(statement, index);
      if (deadline.isPauseDue()) yield pause;
    } catch (error) {
      writeErrors.push(toWriteError(error, index));
      if (isOrdered) break;
    }
    index += 1;
  }
  return writeErrors.length > 0 ? { writeErrors } : {};
}

const commandFailures = new Set([
  'OutOfDiskSpace',
  'MaxTimeMSExpired',
  'InvalidNamespace',
  'InterruptedAtShutdown',
]);

export function toWriteError(error: unknown, index: number): BsonDocument {
  if (!(error instanceof CommandError) || commandFailures.has(error.codeName)) throw error;
  return { index, code: error.code, errmsg: error.message, ...(error.extra as BsonDocument | undefined) };
}

/** The statements of an update or delete command. */
export function statementsOf(ctx: CommandContext, field: string): Counted<Arguments> {
  const name = `${ctx.args.name}.${field}`;
  return mapCounted(documentsOf(ctx, field), (document) => new Arguments(name, document));
}

/** Documents that a command has in its body or beside it, decoded one at a time. */
export function documentsOf({ args, sequences }: CommandContext, field: string): Counted<BsonDocument> {
  const beside = sequences.get(field);
  const documents = beside ? mapCounted(beside, decodeDocument) : args.documents(field);
  if (documents) return documents;
  throw new CommandError('MissingCommandField', `BSON field '${args.name}.${field}' is missing but required`);
}
