import type { Collation } from '../bson/collation.ts';
import type { BsonDocument, BsonValue } from '../bson/value.ts';
import { compileNode } from './compile-node.ts';
import { evaluateLet, type Variables } from './node.ts';

export type ExpressionOptions = {
  /** Variables of the command's `let`: expressions over no document. */
  readonly let?: BsonDocument | undefined;
  readonly collation?: Collation | undefined;
};

export type Evaluate = (document: BsonDocument) => BsonValue;

/** Compiles an aggregation expression; undefined as its value means "missing". */
export function compileExpression(expression: BsonValue, options: ExpressionOptions = {}): Evaluate {
  const strings = options.collation?.compare;
  const variables = evaluateVariables(options.let ?? {}, options.collation);
  const node = compileNode(expression, { names: new Set(Object.keys(variables)), strings });
  return (root) => node({ root, variables });
}

function evaluateVariables(variables: BsonDocument, collation: Collation | undefined): Variables {
  const scope = { names: new Set<string>(), strings: collation?.compare };
  return evaluateLet(variables, (expression) => compileNode(expression, scope)({ root: {}, variables: {} }));
}
