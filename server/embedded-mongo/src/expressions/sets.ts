import { bsonTypeOf, isTruthy } from '../bson/bson-type.ts';
import { compareValues, type StringOrder } from '../bson/compare.ts';
import type { BsonValue } from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import { binary, isNullish, type OperatorTable, unary, variadic } from './node.ts';

/** Arrays taken as sets; what comes out is sorted and has no duplicates. */
export const setOperators: OperatorTable = {
  $setUnion: variadic((arrays, strings) => {
    if (arrays.some(isNullish)) return null;
    return toSet(
      arrays.flatMap((array) => requireSet('$setUnion', array)),
      strings,
    );
  }),
  $setIntersection: variadic((arrays, strings) => {
    if (arrays.some(isNullish)) return null;
    const [first = [], ...others] = arrays.map((array) => requireSet('$setIntersection', array));
    const shared = first.filter((value) => others.every((other) => contains(other, value, strings)));
    return toSet(shared, strings);
  }),
  $setDifference: binary('$setDifference', (a, b, strings) => {
    if (isNullish(a) || isNullish(b)) return null;
    const unwanted = requireSet('$setDifference', b);
    const kept = requireSet('$setDifference', a).filter((value) => !contains(unwanted, value, strings));
    return distinctInOrder(kept, strings);
  }),
  $setEquals: variadic((arrays, strings) => {
    const [first = [], ...others] = arrays.map((array) => requireSet('$setEquals', array));
    return others.every((other) => isSubset(first, other, strings) && isSubset(other, first, strings));
  }),
  $setIsSubset: binary('$setIsSubset', (a, b, strings) =>
    isSubset(requireSet('$setIsSubset', a), requireSet('$setIsSubset', b), strings),
  ),
  $allElementsTrue: unary('$allElementsTrue', (array) =>
    requireSet('$allElementsTrue', array).every(isTruthy),
  ),
  $anyElementTrue: unary('$anyElementTrue', (array) => requireSet('$anyElementTrue', array).some(isTruthy)),
};

function requireSet(name: string, value: BsonValue): readonly BsonValue[] {
  if (Array.isArray(value)) return value;
  throw new CommandError(
    17043,
    `All operands of ${name} must be arrays. One argument is of type: ${bsonTypeOf(value)}`,
  );
}

function contains(
  values: readonly BsonValue[],
  wanted: BsonValue,
  strings: StringOrder | undefined,
): boolean {
  return values.some((value) => compareValues(value, wanted, strings) === 0);
}

function isSubset(
  a: readonly BsonValue[],
  b: readonly BsonValue[],
  strings: StringOrder | undefined,
): boolean {
  return a.every((value) => contains(b, value, strings));
}

function toSet(values: readonly BsonValue[], strings: StringOrder | undefined): BsonValue[] {
  const sorted = values.toSorted((a, b) => compareValues(a, b, strings));
  return sorted.filter((value, at) => at === 0 || compareValues(value, sorted[at - 1], strings) !== 0);
}

function distinctInOrder(values: readonly BsonValue[], strings: StringOrder | undefined): BsonValue[] {
  return values.filter((value, at) => !contains(values.slice(0, at), value, strings));
}
