import { Int32 } from 'bson';
import { bsonTypeOf } from '../bson/bson-type.ts';
import type { BsonValue } from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import { toText } from './conversions.ts';
import { isNullish, type OperatorTable, unary, variadic } from './node.ts';

export const stringOperators: OperatorTable = {
  $concat: variadic((values) => {
    if (values.some(isNullish)) return null;
    return values.map((value) => requireText('$concat', value)).join('');
  }),
  $toLower: unary('$toLower', (value) => (isNullish(value) ? '' : toText(value).toLowerCase())),
  $toUpper: unary('$toUpper', (value) => (isNullish(value) ? '' : toText(value).toUpperCase())),
  $strLenCP: unary('$strLenCP', (value) => {
    if (typeof value === 'string') return new Int32(Array.from(value).length);
    throw new CommandError(34471, `$strLenCP requires a string argument, found: ${bsonTypeOf(value)}`);
  }),
  $strLenBytes: unary('$strLenBytes', (value) => {
    if (typeof value === 'string') return new Int32(Buffer.byteLength(value));
    throw new CommandError(34473, `$strLenBytes requires a string argument, found: ${bsonTypeOf(value)}`);
  }),
};

function requireText(name: string, value: BsonValue): string {
  if (typeof value === 'string') return value;
  throw new CommandError(16702, `${name} only supports strings, not ${bsonTypeOf(value)}`);
}
