import { CommandError } from '../errors.ts';
import { type BsonDocument, type BsonValue, getField, isDocument, setField } from '../query/value.ts';
import { evaluateWithMingo, toPlain } from './mingo.ts';

export type ExpressionOptions = {
  /** Variables of the command's `let`: expressions over no document. */
  readonly let?: BsonDocument | undefined;
};

export type Evaluate = (document: BsonDocument) => BsonValue;

/** Compiles an aggregation expression; undefined as its value means "missing". */
export function compileExpression(expression: BsonValue, options: ExpressionOptions = {}): Evaluate {
  if (typeof expression === 'string' && expression.startsWith('$') && !expression.startsWith('$$')) {
    const parts = expression.slice(1).split('.');
    return (document) => valueAlong(document, parts);
  }
  if (isDocument(expression) && '$literal' in expression && Object.keys(expression).length === 1) {
    const literal = expression['$literal'];
    return () => literal;
  }
  const plain = toPlain(expression);
  const variables = resolveVariables(options.let);
  return (document) => evaluateWithMingo(document, plain, variables);
}

function resolveVariables(variables: BsonDocument | undefined): BsonDocument {
  const values: BsonDocument = {};
  for (const [name, value] of Object.entries(variables ?? {}))
    setField(values, name, compileExpression(value)({}));
  return values;
}

/** The value at a path as expressions see it: an array on the way gives the array of what its documents hold. */
export function valueAlong(node: BsonValue, parts: readonly string[], from = 0): BsonValue {
  const part = parts[from];
  if (part === undefined) return node;
  if (isDocument(node)) return valueAlong(getField(node, part), parts, from + 1);
  if (!Array.isArray(node)) return undefined;
  return node
    .map((element) => (isDocument(element) ? valueAlong(element, parts, from) : undefined))
    .filter((value) => value !== undefined);
}

export function unknownExpression(name: string): CommandError {
  return new CommandError('InvalidPipelineOperator', `Unrecognized expression '${name}'`);
}
