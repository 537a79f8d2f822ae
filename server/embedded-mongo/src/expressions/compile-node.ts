import { bsonTypeOf } from '../bson/bson-type.ts';
import { type BsonDocument, type BsonValue, isDocument, setField } from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import { arithmeticOperators } from './arithmetic.ts';
import { arrayOperators } from './arrays.ts';
import { iterationOperators } from './iteration.ts';
import { logicOperators } from './logic.ts';
import { type Node, type OperatorTable, type Scope, unary, valueAlong } from './node.ts';
import { objectOperators } from './objects.ts';
import { stringOperators } from './strings.ts';

const operators: OperatorTable = {
  ...arithmeticOperators,
  ...arrayOperators,
  ...iterationOperators,
  ...logicOperators,
  ...objectOperators,
  ...stringOperators,
  $literal: (operand) => () => operand,
  $type: unary('$type', (value) => bsonTypeOf(value)),
};

/** Compiles one expression with all below it. */
export function compileNode(expression: BsonValue, scope: Scope): Node {
  if (typeof expression === 'string' && expression.startsWith('$')) return compilePath(expression, scope);
  if (Array.isArray(expression)) return compileArray(expression, scope);
  if (!isDocument(expression)) return () => expression;
  const [name, ...others] = Object.keys(expression);
  if (!name?.startsWith('$')) return compileDocument(expression, scope);
  if (others.length > 0) {
    throw new CommandError(
      15983,
      `An object representing an expression must have exactly one field, the operator ${name}`,
    );
  }
  return compileOperator(name, expression, scope);
}

function compileOperator(name: string, expression: BsonDocument, scope: Scope): Node {
  const compile = Object.hasOwn(operators, name) ? operators[name] : undefined;
  if (compile) return compile(expression[name], scope, compileNode);
  if (name === '$function') {
    throw new CommandError('InvalidOptions', '$function is not supported: this server runs no scripts');
  }
  throw new CommandError('InvalidPipelineOperator', `Expression '${name}' is not supported by this server`);
}

function compilePath(path: string, scope: Scope): Node {
  if (path.startsWith('$$')) return compileVariable(path.slice(2), scope);
  if (path === '$') throw new CommandError(16872, "'$' by itself is not a valid FieldPath");
  const parts = path.slice(1).split('.');
  if (parts.includes('')) throw new CommandError(15998, 'FieldPath field names may not be empty strings.');
  return ({ root }) => valueAlong(root, parts);
}

function compileVariable(path: string, scope: Scope): Node {
  const [name = '', ...parts] = path.split('.');
  if (name === 'ROOT' || (name === 'CURRENT' && !scope.names.has(name)))
    return ({ root }) => valueAlong(root, parts);
  if (name === 'REMOVE') return () => undefined;
  if (name === 'NOW') {
    const now = new Date();
    return () => now;
  }
  if (!scope.names.has(name)) throw new CommandError(17276, `Use of undefined variable: ${name}`);
  return ({ variables }) => valueAlong(variables[name], parts);
}

function compileArray(expressions: readonly BsonValue[], scope: Scope): Node {
  const nodes = expressions.map((expression) => compileNode(expression, scope));
  return (env) => nodes.map((node) => node(env) ?? null);
}

function compileDocument(fields: BsonDocument, scope: Scope): Node {
  const nodes = Object.entries(fields).map(([field, expression]) => {
    if (field.includes('.')) {
      throw new CommandError(16412, "FieldPath field names may not contain '.'");
    }
    return [field, compileNode(expression, scope)] as const;
  });
  return (env) => {
    const document: BsonDocument = {};
    for (const [field, node] of nodes) {
      const value = node(env);
      if (value !== undefined) setField(document, field, value);
    }
    return document;
  };
}
