import { BSONRegExp } from 'bson';
import { encodeValue, tags } from '../bson/key-encoding.ts';
import { type BsonDocument, type BsonValue, isDocument } from '../bson/value.ts';
import { compileExpression } from '../expressions/expression.ts';
import { isOperatorDocument } from '../query/filter.ts';

export type RangeOperator = '$gt' | '$gte' | '$lt' | '$lte';

/**
 * A condition on one path that every match satisfies. `isExact`: the index entries it selects are exactly the ones of
 * matching documents, so the filter need not look at the document again.
 */
export type Predicate = { readonly path: string; readonly isExact: boolean } & (
  | { readonly kind: 'points'; readonly values: readonly BsonValue[] }
  | { readonly kind: 'bound'; readonly operator: RangeOperator; readonly value: BsonValue }
  | { readonly kind: 'prefix'; readonly text: string }
  | { readonly kind: 'exists' }
);

export type Predicates = {
  readonly list: readonly Predicate[];
  /** Some part of the filter is in none of the predicates. */
  readonly hasMore: boolean;
};

/** The parts of a filter an index can serve, from its top level, from nested `$and` and from equalities of `$expr`. */
export function extractPredicates(filter: BsonDocument, variables: BsonDocument = {}): Predicates {
  return merge(Object.entries(filter).map(([name, value]) => extractPart(name, value, variables)));
}

const nothing: Predicates = { list: [], hasMore: false };
const more: Predicates = { list: [], hasMore: true };

function extractPart(name: string, value: BsonValue, variables: BsonDocument): Predicates {
  if (!name.startsWith('$')) return field(name, value);
  switch (name) {
    case '$and':
      return isListOfDocuments(value) ? merge(value.map((part) => extractPredicates(part, variables))) : more;
    case '$expr':
      return { list: expressionPredicates(value, variables), hasMore: true };
    case '$comment':
      return nothing;
    default:
      return more;
  }
}

function merge(parts: readonly Predicates[]): Predicates {
  const [only] = parts;
  if (only && parts.length === 1) return only;
  return { list: parts.flatMap(({ list }) => list), hasMore: parts.some(({ hasMore }) => hasMore) };
}

/** The branches of each `$or` at the filter's top level and in nested `$and`. */
export function alternativesOf(filter: BsonDocument): readonly (readonly BsonDocument[])[] {
  return Object.entries(filter).flatMap(([name, value]) => {
    if (!isListOfDocuments(value)) return [];
    if (name === '$and') return value.flatMap(alternativesOf);
    return name === '$or' ? [value] : [];
  });
}

function isListOfDocuments(value: BsonValue): value is BsonDocument[] {
  return Array.isArray(value) && value.every(isDocument);
}

/**
 * What `$eq` of a path and a constant says of the index. Beside the documents it finds, the index also holds those with
 * the value in an array, so the filter has to see them.
 */
function expressionPredicates(expression: BsonValue, variables: BsonDocument): Predicate[] {
  if (!isDocument(expression) || Object.keys(expression).length !== 1) return [];
  const { $and: parts, $eq: sides } = expression;
  if (Array.isArray(parts)) return parts.flatMap((part) => expressionPredicates(part, variables));
  if (!Array.isArray(sides) || sides.length !== 2) return [];
  const path = sides.map(pathOf).find((each) => each !== undefined);
  const [value] = sides
    .filter((side) => pathOf(side) === undefined)
    .map((side) => constantOf(side, variables));
  if (path === undefined || value === undefined || !isPoint(value)) return [];
  return [{ kind: 'points', path, values: [value], isExact: false }];
}

function pathOf(side: BsonValue): string | undefined {
  return typeof side === 'string' && /^\$[^$]/.test(side) ? side.slice(1) : undefined;
}

/** The value of an expression that is the same for every document; undefined when it is none, or has no value. */
function constantOf(side: BsonValue, variables: BsonDocument): BsonValue {
  if (isDocument(side)) return Object.keys(side).length === 1 ? side['$literal'] : undefined;
  if (typeof side !== 'string' || !side.startsWith('$')) return side;
  const [name = ''] = side.slice(2).split('.');
  return Object.hasOwn(variables, name) ? compileExpression(side, { let: variables })({}) : undefined;
}

function field(path: string, value: BsonValue): Predicates {
  if (!isOperatorDocument(value)) return toPredicates([equality(path, value)]);
  return toPredicates(Object.entries(value).map(([operator, operand]) => operation(path, operator, operand)));
}

function toPredicates(found: readonly (Predicate | undefined)[]): Predicates {
  const list = found.filter((predicate) => predicate !== undefined);
  return { list, hasMore: list.length < found.length };
}

function operation(path: string, operator: string, operand: BsonValue): Predicate | undefined {
  switch (operator) {
    case '$eq':
      return operand instanceof BSONRegExp ? undefined : equality(path, operand);
    case '$in':
      return Array.isArray(operand) ? points(path, operand) : undefined;
    case '$all':
      return Array.isArray(operand) ? everyElement(path, operand) : undefined;
    case '$gt':
    case '$gte':
    case '$lt':
    case '$lte':
      return isOrdered(operand)
        ? { kind: 'bound', path, operator, value: operand, isExact: true }
        : undefined;
    case '$exists':
      return operand === true ? { kind: 'exists', path, isExact: false } : undefined;
    default:
      return undefined;
  }
}

function equality(path: string, value: BsonValue): Predicate | undefined {
  if (value instanceof BSONRegExp) return regexPrefix(path, value);
  return points(path, [value]);
}

function points(path: string, values: readonly BsonValue[]): Predicate | undefined {
  if (!values.every(isPoint)) return undefined;
  return { kind: 'points', path, values, isExact: values.every((value) => value !== null) };
}

/** The index serves one of the elements. The filter still has to test the others on the document. */
function everyElement(path: string, values: readonly BsonValue[]): Predicate | undefined {
  const [first] = values;
  if (first === undefined || !isPoint(first) || isOperatorDocument(first)) return undefined;
  return { kind: 'points', path, values: [first], isExact: false };
}

/** An array, a regular expression and undefined match in ways that are not one index entry. */
function isPoint(value: BsonValue): boolean {
  return value !== undefined && !Array.isArray(value) && !(value instanceof BSONRegExp);
}

const orderedTags = new Set<number>([
  tags.number,
  tags.string,
  tags.binary,
  tags.objectId,
  tags.boolean,
  tags.date,
  tags.timestamp,
]);

/** Whether a range from this value stays within its own type. NaN is outside every range. */
function isOrdered(value: BsonValue): boolean {
  if (value === undefined || isDocument(value) || Array.isArray(value)) return false;
  const bytes = encodeValue(value);
  return orderedTags.has(bytes[0] ?? 0) && !bytes.equals(notANumber);
}

const notANumber = encodeValue(Number.NaN);

/** `/^abc/` finds only strings that begin with abc. */
function regexPrefix(path: string, { pattern, options }: BSONRegExp): Predicate | undefined {
  if (options !== '' || !pattern.startsWith('^') || pattern.includes('|')) return undefined;
  const [, literal = '', next = ''] = /^\^([^\\^$.*+?()[\]{}|]*)(.?)/su.exec(pattern) ?? [];
  const text = '*?{'.includes(next) && next !== '' ? Array.from(literal).slice(0, -1).join('') : literal;
  return text === '' ? undefined : { kind: 'prefix', path, text, isExact: false };
}
