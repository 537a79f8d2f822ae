import { Binary } from 'bson';
import { isInt64, isNumber, toBigInt, toDouble, toSafeInteger } from '../bson/numbers.ts';
import type { BsonValue } from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import type { ValueTest } from './path.ts';

type BitRule = 'all-set' | 'all-clear' | 'any-set' | 'any-clear';

/** `$bitsAllSet` and its siblings, over integral numbers (two's complement) and binary data (little-endian). */
export function bitsMatch(rule: BitRule, operand: BsonValue): ValueTest {
  const positions = parsePositions(operand);
  const wanted = rule.endsWith('set');
  return (value) => {
    const bitAt = bitReader(value);
    if (!bitAt) return false;
    const hasBit = (position: number) => bitAt(position) === wanted;
    return rule.startsWith('all') ? positions.every(hasBit) : positions.some(hasBit);
  };
}

function parsePositions(operand: BsonValue): readonly number[] {
  if (Array.isArray(operand)) return operand.map(parsePosition);
  if (operand instanceof Binary) return setPositions(operand.value().length * 8, binaryReader(operand));
  const mask = integerOf(operand);
  if (mask === undefined) {
    throw new CommandError('BadValue', 'value takes an Array, a number, or a BinData');
  }
  if (mask < 0n) throw new CommandError('FailedToParse', 'Expected a non-negative number in a bit mask');
  return setPositions(64, integerReader(mask));
}

function parsePosition(operand: BsonValue): number {
  const position = toSafeInteger(operand);
  if (position === undefined) throw new CommandError('BadValue', 'bit positions must be an integer');
  if (position < 0) throw new CommandError('BadValue', 'bit positions must be >= 0');
  return position;
}

type BitReader = (position: number) => boolean;

function setPositions(count: number, bitAt: BitReader): readonly number[] {
  return Array.from({ length: count }, (_, position) => position).filter(bitAt);
}

function bitReader(value: BsonValue): BitReader | undefined {
  if (value instanceof Binary) return binaryReader(value);
  const integer = integerOf(value);
  return integer === undefined ? undefined : integerReader(integer);
}

/** The number, when it is a whole one of at most 64 bits. */
function integerOf(value: BsonValue): bigint | undefined {
  const isWhole = isNumber(value) && Number.isInteger(toDouble(value));
  const integer = isWhole ? toBigInt(value) : undefined;
  return integer !== undefined && isInt64(integer) ? integer : undefined;
}

function binaryReader(value: Binary): BitReader {
  const bytes = value.value();
  return (position) => (((bytes[position >> 3] ?? 0) >> (position & 7)) & 1) === 1;
}

// Positions past the 63rd repeat the sign.
function integerReader(value: bigint): BitReader {
  return (position) => ((value >> BigInt(Math.min(position, 63))) & 1n) === 1n;
}
