import { bsonTypeOf } from '../bson/bson-type.ts';
import { compareValues, valuesEqual } from '../bson/compare.ts';
import { isNumber, toDouble, toSafeInteger } from '../bson/numbers.ts';
import { isRegex } from '../bson/regex.ts';
import { isSameValue } from '../bson/same-value.ts';
import { type BsonDocument, type BsonValue, isDocument } from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import { compileValueTest } from '../query/filter.ts';
import type { ValueTest } from '../query/path.ts';
import { compileSort } from '../query/sort.ts';
import type { CompileModifier, Modifier, ModifierOptions } from './modifier.ts';

export const arrayModifiers: Readonly<Record<string, CompileModifier>> = {
  $push: compilePush,
  $addToSet: compileAddToSet,
  $pop: compilePop,
  $pull: compilePull,
  $pullAll: compilePullAll,
};

function compilePush(operand: BsonValue, options: ModifierOptions): Modifier {
  const { path } = options;
  const clauses: BsonDocument = isDocument(operand) && '$each' in operand ? operand : { $each: [operand] };
  const unknown = Object.keys(clauses).find((name) => !pushClauses.has(name));
  if (unknown !== undefined) throw new CommandError('BadValue', `Unrecognized clause in $push: ${unknown}`);
  const added = eachOf('$push', clauses);
  const position = clauseInteger(clauses, '$position') ?? Infinity;
  const slice = clauseInteger(clauses, '$slice');
  const order = '$sort' in clauses ? compileElementOrder(clauses['$sort'], options) : undefined;
  return {
    onMissing: 'create',
    modify(value) {
      const array = arrayAt(
        value,
        () =>
          new CommandError(
            'BadValue',
            `The field '${path}' must be an array but is of type ${bsonTypeOf(value)}`,
          ),
      );
      const pushed = array.toSpliced(position, 0, ...added);
      if (order) pushed.sort(order);
      const result = slice === undefined ? pushed : sliceOf(pushed, slice);
      const mayBeSame = value !== undefined && result.length === array.length;
      return mayBeSame && isSameValue(value, result) ? value : result;
    },
  };
}

const pushClauses: ReadonlySet<string> = new Set(['$each', '$position', '$slice', '$sort']);

function eachOf(name: string, clauses: BsonDocument): readonly BsonValue[] {
  const each = clauses['$each'];
  if (Array.isArray(each)) return each;
  throw new CommandError(
    name === '$push' ? 'BadValue' : 'TypeMismatch',
    `The argument to $each in ${name} must be an array but it was of type ${bsonTypeOf(each)}`,
  );
}

function clauseInteger(clauses: BsonDocument, name: string): number | undefined {
  if (!(name in clauses)) return undefined;
  const value = toSafeInteger(clauses[name]);
  if (value !== undefined) return value;
  throw new CommandError(
    'BadValue',
    `The value for ${name} must be an integer value but was given type: ${bsonTypeOf(clauses[name])}`,
  );
}

function sliceOf(array: BsonValue[], slice: number): BsonValue[] {
  if (slice === 0) return [];
  return slice > 0 ? array.slice(0, slice) : array.slice(slice);
}

function compileElementOrder(
  sort: BsonValue,
  options: ModifierOptions,
): (a: BsonValue, b: BsonValue) => number {
  if (isDocument(sort)) {
    if (Object.keys(sort).length === 0) {
      throw new CommandError('BadValue', 'The $sort pattern is empty when it should be a set of fields.');
    }
    const compare = compileSort(sort, { collation: options.collation });
    return (a, b) => compare(isDocument(a) ? a : {}, isDocument(b) ? b : {});
  }
  const direction = isNumber(sort) ? toDouble(sort) : 0;
  if (direction !== 1 && direction !== -1) {
    throw new CommandError('BadValue', 'The $sort element value must be either 1 or -1');
  }
  return (a, b) => direction * compareValues(a, b, options.strings);
}

function compileAddToSet(operand: BsonValue, { strings, path }: ModifierOptions): Modifier {
  const hasEach = isDocument(operand) && '$each' in operand;
  if (hasEach && Object.keys(operand).length > 1) {
    throw new CommandError('BadValue', 'Found unexpected fields after $each in $addToSet');
  }
  const added = hasEach ? eachOf('$addToSet', operand) : [operand];
  return {
    onMissing: 'create',
    modify(value) {
      const array = arrayAt(
        value,
        () =>
          new CommandError(
            'BadValue',
            `Cannot apply $addToSet to non-array field. Field named '${path}' has non-array type ${bsonTypeOf(value)}`,
          ),
      );
      const result = array.slice();
      for (const element of added) {
        if (!result.some((present) => valuesEqual(present, element, strings))) result.push(element);
      }
      return value !== undefined && result.length === array.length ? value : result;
    },
  };
}

function compilePop(operand: BsonValue, { path }: ModifierOptions): Modifier {
  const direction = isNumber(operand) ? toDouble(operand) : undefined;
  if (direction !== 1 && direction !== -1) {
    throw new CommandError('FailedToParse', '$pop expects 1 or -1');
  }
  return {
    onMissing: 'check',
    modify(value) {
      const array = arrayAt(
        value,
        () =>
          new CommandError(
            'TypeMismatch',
            `Path '${path}' contains an element of non-array type '${bsonTypeOf(value)}'`,
          ),
      );
      if (array.length === 0) return value;
      return direction === 1 ? array.slice(0, -1) : array.slice(1);
    },
  };
}

function compilePull(operand: BsonValue, options: ModifierOptions): Modifier {
  return pullMatching(pullTest(operand, options), '$pull');
}

function pullTest(operand: BsonValue, options: ModifierOptions): ValueTest {
  if (isDocument(operand) || isRegex(operand)) return compileValueTest(operand, options);
  return (element) => valuesEqual(element, operand, options.strings);
}

function compilePullAll(operand: BsonValue, { strings }: ModifierOptions): Modifier {
  if (!Array.isArray(operand)) {
    throw new CommandError(
      'BadValue',
      `$pullAll requires an array argument but was given a ${bsonTypeOf(operand)}`,
    );
  }
  return pullMatching(
    (element) => operand.some((unwanted) => valuesEqual(element, unwanted, strings)),
    '$pull',
  );
}

function pullMatching(isUnwanted: ValueTest, name: string): Modifier {
  return {
    onMissing: 'check',
    modify(value) {
      const array = arrayAt(
        value,
        () => new CommandError('BadValue', `Cannot apply ${name} to a non-array value`),
      );
      const kept = array.filter((element) => !isUnwanted(element));
      return kept.length === array.length ? value : kept;
    },
  };
}

function arrayAt(value: BsonValue, refuse: () => CommandError): readonly BsonValue[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value;
  throw refuse();
}
