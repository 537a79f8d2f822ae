import { bsonTypeOf } from '../bson/bson-type.ts';
import { type BsonDocument, type BsonValue, getField, isDocument, setField } from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import {
  type CompileExpression,
  isNullish,
  namedArguments,
  type Node,
  type OperatorTable,
  type Scope,
  unary,
  variadic,
} from './node.ts';

export const objectOperators: OperatorTable = {
  $mergeObjects: variadic((values) =>
    mergeObjects(values.length === 1 && Array.isArray(values[0]) ? values[0] : values),
  ),
  $objectToArray: unary('$objectToArray', objectToArray),
  $arrayToObject: unary('$arrayToObject', arrayToObject),
  $getField: (operand, scope, compile) => {
    const isNamed = isDocument(operand) && 'field' in operand;
    const { field, input } = isNamed
      ? namedArguments('$getField', operand, ['field', 'input'])
      : { field: operand, input: undefined };
    const name = compileFieldName('$getField', field, { scope, compile });
    const from =
      isNamed && 'input' in operand ? compile(input, scope) : ({ root }: Parameters<Node>[0]) => root;
    return (env) => {
      const value = from(env);
      return isDocument(value) ? getField(value, name) : isNullish(value) ? value : undefined;
    };
  },
  $setField: (operand, scope, compile) => compileSetField('$setField', operand, { scope, compile }),
  $unsetField: (operand, scope, compile) => compileSetField('$unsetField', operand, { scope, compile }),
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

type Compiling = { readonly scope: Scope; readonly compile: CompileExpression };

// The field's name is a constant: a string, or an expression over no document such as {$literal: 'a.b'}.
function compileFieldName(name: string, field: BsonValue, { scope, compile }: Compiling): string {
  const value = compile(field, scope)({ root: {}, variables: {} });
  const isPath = typeof field === 'string' && field.startsWith('$');
  if (typeof value === 'string' && !isPath) return value;
  throw new CommandError(5654602, `${name} requires 'field' to evaluate to a constant string`);
}

function compileSetField(name: string, operand: BsonValue, compiling: Compiling): Node {
  const { scope, compile } = compiling;
  const known = name === '$setField' ? ['field', 'input', 'value'] : ['field', 'input'];
  const { field, input, value } = namedArguments(name, operand, known);
  const target = compileFieldName(name, field, compiling);
  const from = compile(input, scope);
  const next: Node = name === '$setField' ? compile(value, scope) : () => undefined;
  return (env) => {
    const document = from(env);
    if (isNullish(document)) return null;
    if (!isDocument(document)) {
      throw new CommandError(4161105, `${name} requires 'input' to evaluate to type Object`);
    }
    const result = { ...document };
    const set = next(env);
    if (set === undefined) delete result[target];
    else setField(result, target, set);
    return result;
  };
}

function objectToArray(value: BsonValue): BsonValue {
  if (isNullish(value)) return null;
  if (!isDocument(value)) {
    throw new CommandError(40390, `$objectToArray requires a document input, found: ${bsonTypeOf(value)}`);
  }
  return Object.entries(value).map(([k, v]) => ({ k, v }));
}

function arrayToObject(value: BsonValue): BsonValue {
  if (isNullish(value)) return null;
  if (!Array.isArray(value)) {
    throw new CommandError(40386, `$arrayToObject requires an array input, found: ${bsonTypeOf(value)}`);
  }
  const document: BsonDocument = {};
  for (const pair of value) {
    const [field, inner] = Array.isArray(pair) ? pair : isDocument(pair) ? [pair['k'], pair['v']] : [];
    if (typeof field !== 'string') {
      throw new CommandError(40398, `Unrecognised input type format for $arrayToObject: ${bsonTypeOf(pair)}`);
    }
    setField(document, field, inner);
  }
  return document;
}
