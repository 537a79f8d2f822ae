import { isTruthy } from '../bson/bson-type.ts';
import type { Collation } from '../bson/collation.ts';
import { isNumber, toSafeInteger } from '../bson/numbers.ts';
import { type BsonDocument, type BsonValue, getField, isDocument, setField } from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import { compileExpression, type Evaluate } from '../expressions/expression.ts';
import { addLeaf, type FieldTree, isBranch, setComputed } from './field-tree.ts';
import { compileElementTest } from './filter.ts';

export type ProjectionOptions = {
  /** `find` also knows $slice with numbers, $elemMatch and positional `$`. */
  readonly mode?: 'find' | 'aggregate' | undefined;
  readonly collation?: Collation | undefined;
  readonly let?: BsonDocument | undefined;
};

/** Projects one document; `arrayIndex` comes from `matchPosition` of the query's filter. */
export type Project = (document: BsonDocument, arrayIndex?: number) => BsonDocument;

type Leaf =
  | { readonly kind: 'include' | 'exclude' }
  | { readonly kind: 'compute'; readonly evaluate: Evaluate }
  | { readonly kind: 'slice' | 'positional'; readonly reshape: Reshape };

type Reshape = (value: BsonValue, arrayIndex: number | undefined) => BsonValue;
type Entry = readonly [path: string, leaf: Leaf];

/** Compiles a projection of `find` or a `$project` stage. Throws MongoDB's error for one that mixes or collides. */
export function compileProjection(projection: BsonDocument, options: ProjectionOptions = {}): Project {
  const entries = Object.entries(projection).flatMap(([path, value]) => parseEntry(path, value, options));
  const tree: FieldTree<Leaf> = new Map();
  const computed: FieldTree<Evaluate> = new Map();
  for (const [path, leaf] of entries) {
    addLeaf(tree, path, leaf);
    if (leaf.kind === 'compute') addLeaf(computed, path, leaf.evaluate);
  }
  if (!isInclusion(entries)) return (document, arrayIndex) => exclude(document, tree, arrayIndex);
  if (!tree.has('_id')) tree.set('_id', { kind: 'include' });
  if (computed.size === 0) return (document, arrayIndex) => include(document, tree, arrayIndex);
  return (document, arrayIndex) => setComputed(include(document, tree, arrayIndex), computed, document);
}

function parseEntry(path: string, value: BsonValue, options: ProjectionOptions): Entry[] {
  const isFind = options.mode !== 'aggregate';
  if (path.endsWith('.$') && isFind) return [[path.slice(0, -2), positionalLeaf(path, value)]];
  if (typeof value === 'boolean' || isNumber(value)) {
    return [[path, { kind: isTruthy(value) ? 'include' : 'exclude' }]];
  }
  if (!isDocument(value)) return [[path, computedLeaf(value, options)]];
  const [name] = Object.keys(value);
  if (name === undefined) {
    throw new CommandError(
      51270,
      `An empty sub-projection is not a valid value. Found empty object at path '${path}'`,
    );
  }
  if (!name.startsWith('$')) {
    return Object.entries(value).flatMap(([field, inner]) => parseEntry(`${path}.${field}`, inner, options));
  }
  const findLeaf = isFind ? parseFindOperator(path, value, options) : undefined;
  return [[path, findLeaf ?? computedLeaf(value, options)]];
}

function computedLeaf(expression: BsonValue, options: ProjectionOptions): Leaf {
  return { kind: 'compute', evaluate: compileExpression(expression, options) };
}

function parseFindOperator(path: string, value: BsonDocument, options: ProjectionOptions): Leaf | undefined {
  const isOperator = ['$elemMatch', '$meta', '$slice'].some((name) => name in value);
  if (isOperator && Object.keys(value).length > 1) {
    throw new CommandError('BadValue', `The projection of '${path}' may have one operator`);
  }
  if ('$elemMatch' in value) return elemMatchLeaf(path, value['$elemMatch'], options);
  if ('$meta' in value)
    throw new CommandError('BadValue', '$meta projections are not supported by this server');
  const slice = '$slice' in value ? parseSlice(value['$slice']) : undefined;
  return slice && { kind: 'slice', reshape: slice };
}

function elemMatchLeaf(path: string, condition: BsonValue, options: ProjectionOptions): Leaf {
  if (!isDocument(condition)) throw new CommandError('BadValue', '$elemMatch needs an Object');
  if (path.includes('.')) throw new CommandError(31275, 'Cannot use $elemMatch projection on a nested field');
  const matches = compileElementTest(condition, options);
  return {
    kind: 'compute',
    evaluate(document) {
      const value = getField(document, path);
      const at = Array.isArray(value) ? value.findIndex(matches) : -1;
      return Array.isArray(value) && at >= 0 ? [value[at]] : undefined;
    },
  };
}

function parseSlice(operand: BsonValue): Reshape | undefined {
  const count = toSafeInteger(operand);
  if (count !== undefined) {
    return (value) =>
      Array.isArray(value) ? sliceFrom(value, count < 0 ? count : 0, Math.abs(count)) : value;
  }
  if (!Array.isArray(operand) || operand.length !== 2) return undefined;
  const [skip, limit] = operand.map(toSafeInteger);
  if (skip === undefined || limit === undefined) return undefined;
  if (limit <= 0) throw new CommandError(28729, '$slice limit must be positive');
  return (value) => (Array.isArray(value) ? sliceFrom(value, skip, limit) : value);
}

function sliceFrom(array: readonly BsonValue[], skip: number, limit: number): BsonValue[] {
  const start = skip < 0 ? Math.max(array.length + skip, 0) : skip;
  return array.slice(start, start + limit);
}

function positionalLeaf(path: string, value: BsonValue): Leaf {
  if (!isTruthy(value)) {
    throw new CommandError(31395, `positional projection cannot be used with exclusion: ${path}`);
  }
  return {
    kind: 'positional',
    reshape(array, arrayIndex) {
      if (!Array.isArray(array)) return array;
      if (arrayIndex !== undefined && arrayIndex < array.length) return [array[arrayIndex]];
      throw new CommandError(
        51246,
        "Executor error during find command :: caused by :: positional operator '.$' couldn't find a matching element in the array",
      );
    },
  };
}

function isInclusion(entries: readonly Entry[]): boolean {
  const others = entries.filter(([path]) => path !== '_id');
  const kinds = new Set(others.map(([, leaf]) => leaf.kind));
  const includes = kinds.has('include') || kinds.has('positional');
  if (includes && kinds.has('exclude')) throw mixed(others);
  const computes = entries.some(([, leaf]) => leaf.kind === 'compute');
  if (computes && kinds.has('exclude')) {
    throw new CommandError(31252, 'Cannot use expression other than $meta in exclusion projection');
  }
  const isOnlyId = others.length === 0 && entries.some(([, leaf]) => leaf.kind === 'include');
  return includes || computes || isOnlyId;
}

function mixed(others: readonly Entry[]): CommandError {
  const excluded = others.findIndex(([, leaf]) => leaf.kind === 'exclude');
  const included = others.findIndex(([, leaf]) => leaf.kind === 'include' || leaf.kind === 'positional');
  const later = others[Math.max(excluded, included)]?.[0] ?? '';
  return excluded > included
    ? new CommandError(31254, `Cannot do exclusion on field ${later} in inclusion projection`)
    : new CommandError(31253, `Cannot do inclusion on field ${later} in exclusion projection`);
}

function include(
  document: BsonDocument,
  tree: FieldTree<Leaf>,
  arrayIndex: number | undefined,
): BsonDocument {
  const result: BsonDocument = {};
  for (const field of Object.keys(document)) {
    const node = tree.get(field);
    if (node === undefined) continue;
    const value = isBranch(node)
      ? includeInside(document[field], node, arrayIndex)
      : includeLeaf(document[field], node, arrayIndex);
    if (value !== undefined) setField(result, field, value);
  }
  return result;
}

function includeLeaf(value: BsonValue, leaf: Leaf, arrayIndex: number | undefined): BsonValue {
  if (leaf.kind === 'include') return value;
  return 'reshape' in leaf ? leaf.reshape(value, arrayIndex) : undefined;
}

// A scalar where the path goes deeper is dropped; in an array only the documents and arrays stay.
function includeInside(value: BsonValue, tree: FieldTree<Leaf>, arrayIndex: number | undefined): BsonValue {
  if (isDocument(value)) return include(value, tree, arrayIndex);
  if (!Array.isArray(value)) return undefined;
  return value
    .map((element) => includeInside(element, tree, arrayIndex))
    .filter((element) => element !== undefined);
}

function exclude(
  document: BsonDocument,
  tree: FieldTree<Leaf>,
  arrayIndex: number | undefined,
): BsonDocument {
  const result: BsonDocument = {};
  for (const field of Object.keys(document)) {
    const node = tree.get(field);
    const value = document[field];
    if (node === undefined) setField(result, field, value);
    else if (isBranch(node)) setField(result, field, excludeInside(value, node, arrayIndex));
    else if ('reshape' in node) setField(result, field, node.reshape(value, arrayIndex));
    else if (node.kind === 'include') setField(result, field, value);
  }
  return result;
}

function excludeInside(value: BsonValue, tree: FieldTree<Leaf>, arrayIndex: number | undefined): BsonValue {
  if (Array.isArray(value)) return value.map((element) => excludeInside(element, tree, arrayIndex));
  return isDocument(value) ? exclude(value, tree, arrayIndex) : value;
}
