import type { StringOrder } from '../bson/compare.ts';
import { type BsonDocument, type BsonValue, getField, isDocument, setField } from '../bson/value.ts';
import { CommandError } from '../errors.ts';

export type Variables = Readonly<Record<string, BsonValue>>;

/** What an expression is evaluated over. */
export type Env = { readonly root: BsonDocument; readonly variables: Variables };

/** A compiled expression; undefined means "missing". */
export type Node = (env: Env) => BsonValue;

/** What an expression may refer to, and how it compares strings. */
export type Scope = {
  /** Variables, without the `$$`. */
  readonly names: ReadonlySet<string>;
  /** Of the command's collation. */
  readonly strings: StringOrder | undefined;
};

export type CompileExpression = (expression: BsonValue, scope: Scope) => Node;

/** Checks an operator's operand once and compiles it. */
export type CompileOperator = (operand: BsonValue, scope: Scope, compile: CompileExpression) => Node;

export type OperatorTable = Readonly<Record<string, CompileOperator>>;

export function withNames(scope: Scope, names: Iterable<string>): Scope {
  return { ...scope, names: new Set([...scope.names, ...names]) };
}

/** An operator of exactly one argument, which may stand alone or in an array of one. */
export function unary(
  name: string,
  apply: (value: BsonValue, strings?: StringOrder) => BsonValue,
): CompileOperator {
  return (operand, scope, compile) => {
    const [only] = argumentsOf(name, operand, [1, 1]);
    const node = compile(only, scope);
    return (env) => apply(node(env), scope.strings);
  };
}

export function binary(
  name: string,
  apply: (a: BsonValue, b: BsonValue, strings?: StringOrder) => BsonValue,
): CompileOperator {
  return (operand, scope, compile) => {
    const [left, right] = argumentsOf(name, operand, [2, 2]).map((argument) => compile(argument, scope));
    if (!left || !right) return () => null;
    return (env) => apply(left(env), right(env), scope.strings);
  };
}

export function variadic(
  apply: (values: readonly BsonValue[], strings?: StringOrder) => BsonValue,
): CompileOperator {
  return (operand, scope, compile) => {
    const nodes = (Array.isArray(operand) ? operand : [operand]).map((argument) => compile(argument, scope));
    return (env) =>
      apply(
        nodes.map((node) => node(env)),
        scope.strings,
      );
  };
}

/** An operator's arguments, of which there must be so many; a single one needs no array around it. */
export function argumentsOf(
  name: string,
  operand: BsonValue,
  [countMin, countMax]: readonly [number, number],
): readonly BsonValue[] {
  const values = Array.isArray(operand) ? operand : [operand];
  if (values.length >= countMin && values.length <= countMax) return values;
  const expected = countMin === countMax ? `exactly ${countMin}` : `between ${countMin} and ${countMax}`;
  throw new CommandError(
    16020,
    `Expression ${name} takes ${expected} arguments. ${values.length} were passed in.`,
  );
}

/** The named arguments of an operator that takes a document. */
export function namedArguments(name: string, operand: BsonValue, known: readonly string[]): BsonDocument {
  if (!isDocument(operand))
    throw new CommandError('FailedToParse', `${name} only supports an object as its argument`);
  const unknown = Object.keys(operand).find((field) => !known.includes(field));
  if (unknown === undefined) return operand;
  throw new CommandError('FailedToParse', `Unrecognized parameter to ${name}: ${unknown}`);
}

export function evaluateLet(
  variables: BsonDocument,
  evaluate: (expression: BsonValue) => BsonValue,
): Variables {
  const values: BsonDocument = {};
  for (const [name, expression] of Object.entries(variables)) {
    if (!/^[a-z\u0080-\uffff][\w\u0080-\uffff]*$/.test(name) && name !== 'CURRENT') {
      throw new CommandError(
        'FailedToParse',
        `'${name}' starts with an invalid character for a user variable name`,
      );
    }
    setField(values, name, evaluate(expression));
  }
  return values;
}

/** The value at a path as expressions see it: an array on the way gives the array of what its documents hold. */
export function valueAlong(node: BsonValue, parts: readonly string[], from = 0): BsonValue {
  const part = parts[from];
  if (part === undefined) return node;
  if (isDocument(node)) return valueAlong(getField(node, part), parts, from + 1);
  if (!Array.isArray(node)) return undefined;
  const values: BsonValue[] = [];
  for (const element of node) {
    const value =
      isDocument(element) || Array.isArray(element) ? valueAlong(element, parts, from) : undefined;
    if (value !== undefined) values.push(value);
  }
  return values;
}

export function isNullish(value: BsonValue): value is null | undefined {
  return value === null || value === undefined;
}
