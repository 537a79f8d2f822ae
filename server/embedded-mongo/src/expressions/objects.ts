import { bsonTypeOf } from '../bson/bson-type.ts';
import { type BsonDocument, type BsonValue, isDocument, setField } from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import { type CompileOperator, isNullish, namedArguments, type OperatorTable, variadic } from './node.ts';

export const objectOperators: OperatorTable = {
  $mergeObjects: variadic((values) =>
    mergeObjects(values.length === 1 && Array.isArray(values[0]) ? values[0] : values),
  ),
  $setField: compileSetField,
};

export function mergeObjects(values: readonly BsonValue[]): BsonDocument {
  const merged: BsonDocument = {};
  for (const value of values) {
    if (isNullish(value)) continue;
    if (!isDocument(value)) {
      throw new CommandError(
        40400,
        `$mergeObjects requires object inputs, but input is of type ${bsonTypeOf(value)}`,
      );
    }
    for (const [field, inner] of Object.entries(value)) setField(merged, field, inner);
  }
  return merged;
}

function compileSetField(
  ...[operand, scope, compile]: Parameters<CompileOperator>
): ReturnType<CompileOperator> {
  const { field, input, value } = namedArguments('$setField', operand, ['field', 'input', 'value']);
  // The field's name is a constant: a string, or an expression over no document such as {$literal: 'a.b'}.
  const name = compile(field, scope)({ root: {}, variables: {} });
  if (typeof name !== 'string' || (typeof field === 'string' && field.startsWith('$'))) {
    throw new CommandError(5654602, "$setField requires 'field' to evaluate to a constant string");
  }
  const [from, next] = [compile(input, scope), compile(value, scope)];
  return (env) => {
    const document = from(env);
    if (isNullish(document)) return null;
    if (!isDocument(document)) {
      throw new CommandError(4161105, "$setField requires 'input' to evaluate to type Object");
    }
    const result = { ...document };
    const set = next(env);
    if (set === undefined) delete result[name];
    else setField(result, name, set);
    return result;
  };
}
