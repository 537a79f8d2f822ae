import { bsonTypeOf } from '../bson/bson-type.ts';
import type { BsonValue } from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import { isNullish, type OperatorTable, variadic } from './node.ts';

export const stringOperators: OperatorTable = {
  $concat: variadic((values) => {
    if (values.some(isNullish)) return null;
    return values.map((value) => requireText('$concat', value)).join('');
  }),
};

function requireText(name: string, value: BsonValue): string {
  if (typeof value === 'string') return value;
  throw new CommandError(16702, `${name} only supports strings, not ${bsonTypeOf(value)}`);
}
