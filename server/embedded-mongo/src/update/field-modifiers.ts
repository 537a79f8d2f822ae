import { Int32, Long, Timestamp } from 'bson';
import { addNumbers, multiplyNumbers } from '../bson/arithmetic.ts';
import { bsonTypeOf } from '../bson/bson-type.ts';
import { compareValues } from '../bson/compare.ts';
import { isNumber, numberTypeOf, toBigInt } from '../bson/numbers.ts';
import { isSameValue } from '../bson/same-value.ts';
import { type BsonNumber, type BsonValue, isDocument } from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import { type CompileModifier, type Modifier, type ModifierOptions, removed } from './modifier.ts';

export const fieldModifiers: Readonly<Record<string, CompileModifier>> = {
  $set: compileSet,
  $setOnInsert: compileSet,
  $unset: () => ({ onMissing: 'skip', modify: () => removed }),
  $inc: compileIncrement,
  $mul: compileMultiply,
  $min: (operand, { strings }) => ({
    onMissing: 'create',
    modify: (value) => (value === undefined || compareValues(operand, value, strings) < 0 ? operand : value),
  }),
  $max: (operand, { strings }) => ({
    onMissing: 'create',
    modify: (value) => (value === undefined || compareValues(operand, value, strings) > 0 ? operand : value),
  }),
  $currentDate: compileCurrentDate,
  $bit: compileBit,
};

function compileSet(operand: BsonValue): Modifier {
  return { onMissing: 'create', modify: (value) => (isSameValue(value, operand) ? value : operand) };
}

function compileIncrement(operand: BsonValue, { path }: ModifierOptions): Modifier {
  if (!isNumber(operand))
    throw new CommandError('TypeMismatch', 'Cannot increment with non-numeric argument');
  return {
    onMissing: 'create',
    modify(value) {
      if (value === undefined) return operand;
      return calculate('$inc', { value, path }, (current) => addNumbers(current, operand));
    },
  };
}

function compileMultiply(operand: BsonValue, { path }: ModifierOptions): Modifier {
  if (!isNumber(operand)) throw new CommandError('TypeMismatch', 'Cannot multiply with non-numeric argument');
  return {
    onMissing: 'create',
    modify(value) {
      const target = { value: value === undefined ? new Int32(0) : value, path };
      return calculate('$mul', target, (current) => multiplyNumbers(current, operand));
    },
  };
}

type Target = { readonly value: BsonValue; readonly path: string };

function calculate(
  name: string,
  { value, path }: Target,
  apply: (current: BsonNumber) => BsonNumber | undefined,
): BsonValue {
  if (!isNumber(value)) {
    throw new CommandError(
      'TypeMismatch',
      `Cannot apply ${name} to a value of non-numeric type. The field '${path}' is of non-numeric type ${bsonTypeOf(value)}`,
    );
  }
  const result = apply(value);
  if (result === undefined) {
    throw new CommandError(
      'BadValue',
      `Failed to apply ${name} operations to current value of '${path}': it exceeds 64 bits`,
    );
  }
  return isSameValue(value, result) ? value : result;
}

function compileCurrentDate(operand: BsonValue): Modifier {
  const isTimestamp = typeof operand !== 'boolean' && currentDateType(operand) === 'timestamp';
  return {
    onMissing: 'create',
    modify: (_value, { now }) =>
      isTimestamp ? new Timestamp({ t: Math.floor(now.getTime() / 1000), i: 1 }) : new Date(now),
  };
}

function currentDateType(operand: BsonValue): 'date' | 'timestamp' {
  if (!isDocument(operand)) {
    throw new CommandError(
      'BadValue',
      `${bsonTypeOf(operand)} is not valid type for $currentDate. Please use a boolean ('true') or a $type expression ({$type: 'timestamp/date'}).`,
    );
  }
  const type = operand['$type'];
  if (Object.keys(operand).length === 1 && (type === 'date' || type === 'timestamp')) return type;
  throw new CommandError(
    'BadValue',
    "The '$type' string field is required to be 'date' or 'timestamp': {$currentDate: {field : {$type: 'date'}}}",
  );
}

const bitOperations: Readonly<Record<string, (a: bigint, b: bigint) => bigint>> = {
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
};

function compileBit(operand: BsonValue, { path }: ModifierOptions): Modifier {
  if (!isDocument(operand) || Object.keys(operand).length === 0) {
    throw new CommandError(
      'BadValue',
      'The $bit modifier is not compatible with that. You must pass in an embedded document: {$bit: {field: {and/or/xor: #}}',
    );
  }
  for (const [name, bits] of Object.entries(operand)) assertBits(name, bits);
  return {
    onMissing: 'create',
    modify(value) {
      const start: BsonValue = value === undefined ? new Int32(0) : value;
      const result = Object.entries(operand).reduce<BsonValue>(
        (current, [name, bits]) => applyBits(current, name, { bits, path }),
        start,
      );
      return isSameValue(value, result) ? value : result;
    },
  };
}

function assertBits(name: string, bits: BsonValue): void {
  if (!Object.hasOwn(bitOperations, name)) {
    throw new CommandError(
      'BadValue',
      `The $bit modifier only supports 'and', 'or', and 'xor', not '${name}' which is an unknown operator`,
    );
  }
  if (isIntegral(bits)) return;
  throw new CommandError(
    'BadValue',
    `The $bit modifier field must be an Integer(32/64 bit); a '${bsonTypeOf(bits)}' is not supported here`,
  );
}

type BitOperand = { readonly bits: BsonValue; readonly path: string };

function applyBits(value: BsonValue, name: string, { bits, path }: BitOperand): BsonValue {
  if (!isIntegral(value) || !isIntegral(bits)) {
    throw new CommandError(
      'BadValue',
      `Cannot apply $bit to a value of non-integral type. The field '${path}' is of type ${bsonTypeOf(value)}`,
    );
  }
  const apply = bitOperations[name] ?? ((a: bigint) => a);
  const result = apply(toBigInt(value) ?? 0n, toBigInt(bits) ?? 0n);
  const isInt = numberTypeOf(value) === 'int' && numberTypeOf(bits) === 'int';
  return isInt ? new Int32(Number(BigInt.asIntN(32, result))) : Long.fromBigInt(result);
}

function isIntegral(value: BsonValue): value is BsonNumber {
  return isNumber(value) && ['int', 'long'].includes(numberTypeOf(value));
}
