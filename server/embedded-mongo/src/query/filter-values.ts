import { BSONRegExp, BSONSymbol, Double, ObjectId } from 'bson';
import { bsonTypeOf, parseTypeNames } from '../bson/bson-type.ts';
import { compareValues, type StringOrder, typeRankOf, typeRanks, valuesEqual } from '../bson/compare.ts';
import { isNaNValue, isNumber, toBigInt } from '../bson/numbers.ts';
import { compileRegex, compileRegexValue, isRegex } from '../bson/regex.ts';
import { type BsonValue, isDocument } from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import type { ValueTest } from './path.ts';

export type ValueContext = { readonly strings: StringOrder | undefined };

/** Equality of a query: null also stands for a missing field. */
export function equalTo(operand: BsonValue, context: ValueContext): ValueTest {
  if (operand === undefined) throw new CommandError('BadValue', 'cannot compare to undefined');
  if (operand === null) return (value) => value === null || value === undefined;
  if (typeof operand === 'string' && !context.strings) {
    return (value) => value === operand || (value instanceof BSONSymbol && value.value === operand);
  }
  if (operand instanceof ObjectId) return (value) => value instanceof ObjectId && operand.equals(value);
  const rank = typeRankOf(operand);
  return (value) => typeRankOf(value) === rank && valuesEqual(value, operand, context.strings);
}

/** A range test within the operand's type bracket, as `$gt` and its siblings have it. */
export function ordered(
  operand: BsonValue,
  accepts: (order: number) => boolean,
  context: ValueContext,
): ValueTest {
  if (operand === undefined) throw new CommandError('BadValue', 'cannot compare to undefined');
  if (isRegex(operand)) throw new CommandError('BadValue', "Can't have RegEx as arg to predicate over field");
  const includesEqual = accepts(0);
  if (operand === null) return (value) => includesEqual && (value === null || value === undefined);
  const rank = typeRankOf(operand);
  if (rank === typeRanks.minKey || rank === typeRanks.maxKey) {
    return (value) => typeRankOf(value) !== rank || includesEqual;
  }
  if (isNaNValue(operand)) return (value) => includesEqual && isNaNValue(value);
  return (value) =>
    typeRankOf(value) === rank &&
    accepts(compareValues(value, operand, context.strings)) &&
    !isNaNValue(value);
}

/** Membership; regular expressions in the list match, all else is equal. Searches in O(log n). */
export function memberOf(operands: readonly BsonValue[], context: ValueContext): ValueTest {
  for (const operand of operands) {
    if (isDocument(operand) && Object.keys(operand)[0]?.startsWith('$') && !isReference(operand)) {
      throw new CommandError('BadValue', 'cannot nest $ under $in');
    }
    if (operand === undefined) throw new CommandError('BadValue', 'cannot compare to undefined');
  }
  const patterns = operands.filter(isRegex).map(matchesRegexValue);
  const sorted = operands.toSorted((a, b) => compareValues(a, b, context.strings));
  const hasNull = operands.includes(null);
  return (value) => {
    if (value === undefined) return hasNull;
    return isAmong(sorted, value, context.strings) || patterns.some((matches) => matches(value));
  };
}

/** `$regex` with `$options`. */
export function matchesRegex(operand: BsonValue, options: BsonValue): ValueTest {
  if (options !== undefined && typeof options !== 'string') {
    throw new CommandError('BadValue', '$options has to be a string');
  }
  if (typeof operand === 'string')
    return matchesRegexValue(new BSONRegExp(operand, sortFlags(options ?? '')));
  if (!isRegex(operand)) throw new CommandError('BadValue', '$regex has to be a string');
  const flags = operand instanceof RegExp ? operand.flags : operand.options;
  if (options !== undefined && flags !== '') {
    throw new CommandError(51075, 'options set in both $regex and $options');
  }
  const pattern = operand instanceof RegExp ? operand.source : operand.pattern;
  return matchesRegexValue(new BSONRegExp(pattern, sortFlags(options ?? flags)));
}

/** A regular expression as a query value: matches texts, and equals itself. */
export function matchesRegexValue(operand: BSONRegExp | RegExp): ValueTest {
  const regex = compileRegexValue(operand);
  return (value) => {
    if (typeof value === 'string') return regex.test(value);
    if (value instanceof BSONSymbol) return regex.test(value.value);
    return isRegex(value) && compareValues(value, operand) === 0;
  };
}

export function ofType(operand: BsonValue): ValueTest {
  const names = parseTypeNames(operand);
  return (value) => names.has(bsonTypeOf(value));
}

export function remainderIs(operand: BsonValue): ValueTest {
  if (!Array.isArray(operand)) throw new CommandError('BadValue', 'malformed mod, needs to be an array');
  if (operand.length < 2) throw new CommandError('BadValue', 'malformed mod, not enough elements');
  if (operand.length > 2) throw new CommandError('BadValue', 'malformed mod, too many elements');
  const divisor = modOperand(operand[0], 'divisor');
  const remainder = modOperand(operand[1], 'remainder');
  if (divisor === 0n) throw new CommandError('BadValue', 'divisor cannot be 0');
  return (value) => {
    if (!isNumber(value)) return false;
    const whole = toBigInt(value);
    return whole !== undefined && whole % divisor === remainder;
  };
}

export function isReference(operand: Readonly<Record<string, BsonValue>>): boolean {
  return ['$ref', '$id', '$db'].includes(Object.keys(operand)[0] ?? '');
}

function sortFlags(flags: string): string {
  compileRegex('', flags);
  return Array.from(flags).toSorted().join('');
}

function modOperand(value: BsonValue, name: string): bigint {
  const whole = isNumber(value) ? toBigInt(value instanceof Double ? value.value : value) : undefined;
  if (whole === undefined) throw new CommandError('BadValue', `malformed mod, ${name} not a number`);
  return whole;
}

function isAmong(sorted: readonly BsonValue[], value: BsonValue, strings: StringOrder | undefined): boolean {
  let low = 0;
  let high = sorted.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const order = compareValues(value, sorted[middle], strings);
    if (order === 0) return true;
    if (order < 0) high = middle - 1;
    else low = middle + 1;
  }
  return false;
}
