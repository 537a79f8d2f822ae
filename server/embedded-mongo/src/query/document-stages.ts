import { bsonTypeOf } from '../bson/bson-type.ts';
import { type BsonDocument, type BsonValue, isDocument } from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import { compileExpression, type Evaluate, type ExpressionOptions } from '../expressions/expression.ts';
import { addLeaf, type FieldTree, setComputed } from './field-tree.ts';
import { compileProjection } from './projection.ts';

type DocumentStage = (document: BsonDocument) => BsonDocument;
type CompileStage = (spec: BsonValue, options: ExpressionOptions) => DocumentStage;

const stages: Readonly<Record<string, CompileStage>> = {
  $addFields: (spec, options) => compileAddFields('$addFields', spec, options),
  $set: (spec, options) => compileAddFields('$set', spec, options),
  $project: compileProject,
  $unset: compileUnset,
  $replaceRoot: compileReplaceRoot,
  $replaceWith: compileReplaceWith,
};

/** The stages that make one document of one document; update pipelines have these and no others. */
export const documentStageNames: ReadonlySet<string> = new Set(Object.keys(stages));

export function compileDocumentStage(
  name: string,
  spec: BsonValue,
  options: ExpressionOptions,
): DocumentStage {
  const compile = stages[name];
  if (!compile) throw new CommandError(40324, `Unrecognized pipeline stage name: '${name}'`);
  return compile(spec, options);
}

function compileAddFields(name: string, spec: BsonValue, options: ExpressionOptions): DocumentStage {
  if (!isDocument(spec)) {
    throw new CommandError(40272, `${name} specification stage must be an object, got ${bsonTypeOf(spec)}`);
  }
  const tree: FieldTree<Evaluate> = new Map();
  for (const [path, value] of flattenFields(spec)) addLeaf(tree, path, compileExpression(value, options));
  return (document) => setComputed(document, tree, document);
}

// {a: {b: 1}} sets a.b and leaves the rest of a alone; only an operator document is an expression.
function flattenFields(fields: BsonDocument, prefix = ''): [path: string, expression: BsonValue][] {
  return Object.entries(fields).flatMap(([field, value]): [string, BsonValue][] => {
    const path = `${prefix}${field}`;
    const isNested =
      isDocument(value) && Object.keys(value).length > 0 && !Object.keys(value)[0]?.startsWith('$');
    return isNested ? flattenFields(value, `${path}.`) : [[path, value]];
  });
}

function compileProject(spec: BsonValue, options: ExpressionOptions): DocumentStage {
  if (!isDocument(spec)) throw new CommandError(15969, '$project specification must be an object');
  if (Object.keys(spec).length === 0)
    throw new CommandError(51272, 'projection specification must have at least one field');
  const project = compileProjection(spec, { ...options, mode: 'aggregate' });
  return (document) => project(document);
}

function compileUnset(spec: BsonValue): DocumentStage {
  const paths = Array.isArray(spec) ? spec : [spec];
  if (paths.length === 0) {
    throw new CommandError(
      31119,
      '$unset specification must be a string or an array with at least one field',
    );
  }
  const projection: BsonDocument = {};
  for (const path of paths) {
    if (typeof path !== 'string') {
      throw new CommandError(
        31120,
        '$unset specification must be a string or an array containing only string values',
      );
    }
    projection[path] = false;
  }
  const project = compileProjection(projection, { mode: 'aggregate' });
  return (document) => project(document);
}

function compileReplaceRoot(spec: BsonValue, options: ExpressionOptions): DocumentStage {
  if (!isDocument(spec))
    throw new CommandError(40229, 'expected an object as specification for $replaceRoot stage');
  const unknown = Object.keys(spec).find((field) => field !== 'newRoot');
  if (unknown !== undefined) {
    throw new CommandError(
      'UnrecognizedCommandField',
      `BSON field '$replaceRoot.${unknown}' is an unknown field.`,
    );
  }
  if (!('newRoot' in spec)) throw new CommandError(40231, 'no newRoot specified for the $replaceRoot stage');
  return compileReplaceWith(spec['newRoot'], options);
}

function compileReplaceWith(spec: BsonValue, options: ExpressionOptions): DocumentStage {
  const evaluate = compileExpression(spec, options);
  return (document) => {
    const root = evaluate(document);
    if (isDocument(root)) return root;
    throw new CommandError(
      40228,
      `'newRoot' expression must evaluate to an object, but resulting value was of type ${bsonTypeOf(root)}`,
    );
  };
}
