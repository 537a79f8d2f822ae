import { Int32 } from 'bson';
import { bsonTypeOf } from '../bson/bson-type.ts';
import { compareValues, type StringOrder } from '../bson/compare.ts';
import { toSafeInteger } from '../bson/numbers.ts';
import type { BsonValue } from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import { averageOf, sumOf } from './arithmetic.ts';
import {
  argumentsOf,
  binary,
  type CompileOperator,
  isNullish,
  type OperatorTable,
  unary,
  variadic,
} from './node.ts';

export const arrayOperators: OperatorTable = {
  $size: unary('$size', (value) => {
    if (Array.isArray(value)) return new Int32(value.length);
    throw new CommandError(
      17124,
      `The argument to $size must be an array, but was of type: ${bsonTypeOf(value)}`,
    );
  }),
  $isArray: unary('$isArray', (value) => Array.isArray(value)),
  $arrayElemAt: binary('$arrayElemAt', (array, index) => elementAt('$arrayElemAt', array, index)),
  $first: unary('$first', (array) => elementAt('$first', array, new Int32(0))),
  $last: unary('$last', (array) => elementAt('$last', array, new Int32(-1))),
  $in: binary('$in', (value, array, strings) =>
    requireArray(array, 40081, '$in').some((element) => compareValues(element, value, strings) === 0),
  ),
  $concatArrays: variadic((arrays) => {
    if (arrays.some(isNullish)) return null;
    return arrays.flatMap((array) => requireArray(array, 28664, '$concatArrays'));
  }),
  $slice: compileSlice,
  $sum: overElements(sumOf),
  $avg: overElements(averageOf),
  $min: overElements((values, strings) => extremeOf(values, -1, strings)),
  $max: overElements((values, strings) => extremeOf(values, 1, strings)),
};

/** The least (-1) or greatest (1) value, nulls and missing ones left out. */
export function extremeOf(values: readonly BsonValue[], direction: 1 | -1, strings?: StringOrder): BsonValue {
  let best: BsonValue = null;
  for (const value of values) {
    if (isNullish(value)) continue;
    if (best === null || compareValues(value, best, strings) * direction > 0) best = value;
  }
  return best;
}

function overElements(
  apply: (values: readonly BsonValue[], strings?: StringOrder) => BsonValue,
): CompileOperator {
  return variadic((values, strings) =>
    apply(values.length === 1 && Array.isArray(values[0]) ? values[0] : values, strings),
  );
}

export function requireArray(value: BsonValue, code: number, name: string): readonly BsonValue[] {
  if (Array.isArray(value)) return value;
  throw new CommandError(code, `${name} requires an array, found: ${bsonTypeOf(value)}`);
}

function elementAt(name: string, array: BsonValue, index: BsonValue): BsonValue {
  if (isNullish(array) || isNullish(index)) return null;
  const elements = requireArray(array, 28689, name);
  const at = toSafeInteger(index);
  if (at === undefined) throw new CommandError(28690, `${name}'s second argument must be a numeric value`);
  return elements.at(at);
}

function compileSlice(
  ...[operand, scope, compile]: Parameters<CompileOperator>
): ReturnType<CompileOperator> {
  const nodes = argumentsOf('$slice', operand, [2, 3]).map((argument) => compile(argument, scope));
  return (env) => {
    const [array, first, second] = nodes.map((node) => node(env));
    if (isNullish(array) || isNullish(first) || (nodes.length === 3 && isNullish(second))) return null;
    const elements = requireArray(array, 28724, '$slice');
    const [start, count] = [toSafeInteger(first), toSafeInteger(second)];
    if (start === undefined || (second !== undefined && count === undefined)) {
      throw new CommandError(28725, 'Arguments to $slice must be 32-bit integers');
    }
    if (count === undefined) return start < 0 ? elements.slice(start) : elements.slice(0, start);
    if (count <= 0) throw new CommandError(28729, 'Third argument to $slice must be positive');
    const from = start < 0 ? Math.max(elements.length + start, 0) : start;
    return elements.slice(from, from + count);
  };
}
