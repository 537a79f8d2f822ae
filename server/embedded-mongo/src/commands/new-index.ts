import { isTruthy } from '../bson/bson-type.ts';
import { valuesEqual } from '../bson/compare.ts';
import { toSafeInteger } from '../bson/numbers.ts';
import { isRegex } from '../bson/regex.ts';
import { type BsonDocument, type BsonValue, isDocument } from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import { isOperatorDocument } from '../query/filter.ts';
import { type IndexSpec, readIndexSpec } from '../storage/index-spec.ts';

const operators: ReadonlySet<string> = new Set([
  '$eq',
  '$exists',
  '$gt',
  '$gte',
  '$in',
  '$lt',
  '$lte',
  '$type',
]);

const optionsOfId: ReadonlySet<string> = new Set(['collation', 'key', 'name', 'ns', 'v']);

/**
 * Reads one element of createIndexes' list, and refuses what may not be in a new index. What an earlier version let in
 * is still read from the catalog.
 */
export function readNewIndex(spec: BsonDocument): IndexSpec {
  const index = readIndexSpec(spec);
  if (spec['v'] !== undefined && ![1, 2].includes(toSafeInteger(spec['v']) ?? 0)) {
    throw new CommandError('CannotCreateIndex', `Invalid index specification: the version must be 1 or 2`);
  }
  const unfit = Object.keys(spec).find((option) => !optionsOfId.has(option));
  if (valuesEqual(index.key, { _id: 1 }) && unfit !== undefined) {
    throw new CommandError(
      'InvalidIndexSpecificationOption',
      `The field '${unfit}' is not valid for an _id index specification`,
    );
  }
  if (index.partialFilter && index.isSparse) {
    throw new CommandError('CannotCreateIndex', "cannot mix 'partialFilterExpression' and 'sparse' options");
  }
  if (index.partialFilter) requirePartialFilter(index.partialFilter);
  return index;
}

/** Throws 67 for a partialFilterExpression with more than MongoDB allows there: no negation, no expressions. */
function requirePartialFilter(filter: BsonDocument): void {
  for (const [name, operand] of Object.entries(filter)) {
    if (name === '$and' || name === '$or') branchesOf(name, operand).forEach(requirePartialFilter);
    else if (name.startsWith('$')) throw refused(name);
    else requireOperand(operand);
  }
}

function requireOperand(operand: BsonValue): void {
  if (isRegex(operand)) throw refused('$regex');
  if (!isOperatorDocument(operand)) return;
  for (const [name, value] of Object.entries(operand)) {
    if (!operators.has(name)) throw refused(name);
    if (name === '$exists' && !isTruthy(value)) throw refused('$exists: false');
    if ([value].flat().some(isRegex)) throw refused('$regex');
  }
}

function branchesOf(name: string, operand: BsonValue): readonly BsonDocument[] {
  if (Array.isArray(operand) && operand.length > 0 && operand.every(isDocument)) return operand;
  throw new CommandError('BadValue', `${name} must be a nonempty array of objects`);
}

function refused(what: string): CommandError {
  return new CommandError('CannotCreateIndex', `unsupported expression in partial index: ${what}`);
}
