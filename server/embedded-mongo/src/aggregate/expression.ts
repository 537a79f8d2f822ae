import type { BsonDocument, BsonValue } from '../query/value.ts';
import { compileNode } from './expressions/compile-node.ts';
import { emptyScope, evaluateLet, type Variables } from './expressions/node.ts';

export type ExpressionOptions = {
  /** Variables of the command's `let`: expressions over no document. */
  readonly let?: BsonDocument | undefined;
};

export type Evaluate = (document: BsonDocument) => BsonValue;

/** Compiles an aggregation expression; undefined as its value means "missing". */
export function compileExpression(expression: BsonValue, options: ExpressionOptions = {}): Evaluate {
  const variables = options.let ? evaluateVariables(options.let) : noVariables;
  const scope = new Set(Object.keys(variables));
  const node = compileNode(expression, scope);
  return (root) => node({ root, variables });
}

const noVariables: Variables = {};

/** The values of `let`, which sees no document. */
export function evaluateVariables(variables: BsonDocument): Variables {
  return evaluateLet(variables, (expression) =>
    compileNode(expression, emptyScope)({ root: {}, variables: {} }),
  );
}
