import { isTruthy } from '../bson/bson-type.ts';
import type { Collation } from '../bson/collation.ts';
import type { StringOrder } from '../bson/compare.ts';
import type { BSONRegExp } from 'bson';
import { toSafeInteger } from '../bson/numbers.ts';
import { isRegex } from '../bson/regex.ts';
import { type BsonDocument, type BsonValue, isDocument } from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import { compileExpression } from '../expressions/expression.ts';
import { bitsMatch } from './filter-bits.ts';
import { refuseTopLevelOperator, unknownOperator } from './filter-refusals.ts';
import {
  equalTo,
  isReference,
  matchesRegex,
  matchesRegexValue,
  memberOf,
  ofType,
  ordered,
  remainderIs,
} from './filter-values.ts';
import { always, every, never, not, some } from './logic.ts';
import { type DocumentTest, type MatchPosition, someValueAt, type ValueTest } from './path.ts';

export type FilterOptions = {
  readonly collation?: Collation | undefined;
  /** Variables of the command's `let`, for `$expr`. */
  readonly let?: BsonDocument | undefined;
};

export type MatchResult = { readonly matched: boolean; readonly arrayIndex?: number };

export type Filter = {
  readonly matches: (document: BsonDocument) => boolean;
  /** Also tells the index in the outermost array through which the last array predicate matched, for positional `$`. */
  readonly matchPosition: (document: BsonDocument) => MatchResult;
};

type FilterContext = {
  readonly strings: StringOrder | undefined;
  readonly collation: Collation | undefined;
  readonly let: BsonDocument | undefined;
  /** Arrays are whole where $elemMatch tests an element itself: it does not look inside that once more. */
  readonly leafArrays: 'expand' | 'whole';
};
type OperatorCompiler = (path: string, operand: BsonValue, context: FilterContext) => DocumentTest;

/** Compiles a query filter once, to test many documents. Throws MongoDB's error for a malformed or unsupported one. */
export function compileFilter(filter: BsonDocument, options: FilterOptions = {}): Filter {
  const test = compileDocument(filter, contextOf(options));
  return {
    matches: (document) => test(document),
    matchPosition(document) {
      const position: MatchPosition = { arrayIndex: undefined };
      const matched = test(document, position);
      return matched && position.arrayIndex !== undefined
        ? { matched, arrayIndex: position.arrayIndex }
        : { matched };
    },
  };
}

/** Compiles what `$pull` asks of single values: a regular expression, operators on the value, or a filter of its fields. */
export function compileValueTest(
  operand: BsonDocument | BSONRegExp | RegExp,
  options: FilterOptions = {},
): ValueTest {
  const context = contextOf(options);
  if (isDocument(operand) && !isOnValue(operand)) {
    const onFields = compileDocument(operand, context);
    return (value) => isDocument(value) && onFields(value);
  }
  const test = compileField('v', operand, context);
  return (value) => test({ v: value });
}

/** Compiles the condition of a projection's `$elemMatch`, which tests one element. */
export function compileElementTest(condition: BsonDocument, options: FilterOptions = {}): ValueTest {
  return elementTest(condition, contextOf(options));
}

function contextOf(options: FilterOptions): FilterContext {
  const { collation, let: variables } = options;
  return { strings: collation?.compare, collation, let: variables, leafArrays: 'expand' };
}

/** Whether the operand is made of operators, not a document to equal (a reference, `{$ref, $id}`, is one). */
export function isOperatorDocument(operand: BsonValue): operand is BsonDocument {
  if (!isDocument(operand)) return false;
  const first = Object.keys(operand)[0];
  return first !== undefined && first.startsWith('$') && !isReference(operand);
}

function compileDocument(filter: BsonDocument, context: FilterContext): DocumentTest {
  const tests = Object.keys(filter).map((key) =>
    key.startsWith('$') ? compileLogical(key, filter[key], context) : compileField(key, filter[key], context),
  );
  return every(tests);
}

function compileField(path: string, operand: BsonValue, context: FilterContext): DocumentTest {
  if (isRegex(operand)) return anyValue(path, matchesRegexValue(operand), context);
  if (!isOperatorDocument(operand)) return anyValue(path, equalTo(operand, context), context);
  const names = Object.keys(operand);
  if (names.length > 1) return every(names.map((name) => compileOperator(path, name, operand, context)));
  return compileOperator(path, names[0] ?? '', operand, context);
}

type OperatorArguments = [path: string, name: string, operators: BsonDocument, context: FilterContext];

function compileOperator(...[path, name, operators, context]: OperatorArguments): DocumentTest {
  if (name === '$regex') {
    return anyValue(path, matchesRegex(operators['$regex'], operators['$options']), context);
  }
  if (name === '$options') {
    if ('$regex' in operators) return always;
    throw new CommandError('BadValue', '$options needs a $regex');
  }
  const compile = Object.hasOwn(operatorCompilers, name) ? operatorCompilers[name] : undefined;
  if (!compile) throw unknownOperator(name);
  return compile(path, operators[name], context);
}

const operatorCompilers: Readonly<Record<string, OperatorCompiler>> = {
  $eq: onAnyValue(equalTo),
  $ne: onNoValue((operand, context) => {
    if (isRegex(operand)) throw new CommandError('BadValue', "Can't have regex as arg to $ne.");
    return equalTo(operand, context);
  }),
  $gt: onAnyValue((operand, context) => ordered(operand, (order) => order > 0, context)),
  $gte: onAnyValue((operand, context) => ordered(operand, (order) => order >= 0, context)),
  $lt: onAnyValue((operand, context) => ordered(operand, (order) => order < 0, context)),
  $lte: onAnyValue((operand, context) => ordered(operand, (order) => order <= 0, context)),
  $in: onAnyValue((operand, context) => memberOf(requireArray('$in', operand), context)),
  $nin: onNoValue((operand, context) => memberOf(requireArray('$nin', operand), context)),
  $exists: compileExists,
  $type: onAnyValue(ofType),
  $mod: onAnyValue(remainderIs),
  $size: compileSize,
  $all: compileAll,
  $elemMatch: compileElemMatch,
  $not: compileNot,
  $bitsAllSet: onAnyValue((operand) => bitsMatch('all-set', operand)),
  $bitsAllClear: onAnyValue((operand) => bitsMatch('all-clear', operand)),
  $bitsAnySet: onAnyValue((operand) => bitsMatch('any-set', operand)),
  $bitsAnyClear: onAnyValue((operand) => bitsMatch('any-clear', operand)),
};

type CompileValueTest = (operand: BsonValue, context: FilterContext) => ValueTest;

function onAnyValue(compile: CompileValueTest): OperatorCompiler {
  return (path, operand, context) => anyValue(path, compile(operand, context), context);
}

function onNoValue(compile: CompileValueTest): OperatorCompiler {
  return (path, operand, context) => not(anyValue(path, compile(operand, context), context));
}

function compileExists(path: string, operand: BsonValue): DocumentTest {
  const exists = someValueAt(path, (value) => value !== undefined, { leafArrays: 'whole' });
  return isTruthy(operand) ? exists : not(exists);
}

function compileSize(path: string, operand: BsonValue): DocumentTest {
  const size = toSafeInteger(operand);
  if (size === undefined) throw new CommandError('BadValue', 'Failed to parse $size. Expected an integer');
  if (size < 0) throw new CommandError('BadValue', 'Failed to parse $size. Expected a non-negative number');
  return someValueAt(path, (value) => Array.isArray(value) && value.length === size, { leafArrays: 'whole' });
}

function compileAll(path: string, operand: BsonValue, context: FilterContext): DocumentTest {
  const wanted = requireArray('$all', operand);
  if (wanted.length === 0) return never;
  const isElemMatch = (value: BsonValue) => isOperatorDocument(value) && '$elemMatch' in value;
  if (wanted.some(isElemMatch) && !wanted.every(isElemMatch)) {
    throw new CommandError('BadValue', '$all/$elemMatch has to be consistent');
  }
  return every(
    wanted.map((value) => {
      if (isOperatorDocument(value) && !isElemMatch(value)) {
        throw new CommandError('BadValue', 'no $ expressions in $all');
      }
      return compileField(path, value, context);
    }),
  );
}

function compileElemMatch(path: string, operand: BsonValue, context: FilterContext): DocumentTest {
  if (!isDocument(operand)) throw new CommandError('BadValue', '$elemMatch needs an Object');
  const test = elementTest(operand, context);
  const position: MatchPosition = { arrayIndex: undefined };
  const inArray = someValueAt(path, (value) => findElement(value, test, position), { leafArrays: 'whole' });
  return (document, outer) => {
    const matched = inArray(document, outer);
    if (matched && outer && outer.arrayIndex === undefined) outer.arrayIndex = position.arrayIndex;
    return matched;
  };
}

function findElement(value: BsonValue, test: ValueTest, position: MatchPosition): boolean {
  if (!Array.isArray(value)) return false;
  const at = value.findIndex(test);
  position.arrayIndex = at < 0 ? undefined : at;
  return at >= 0;
}

/** Whether the condition's operators test a value itself. Anything else, `$and` and its siblings too, tests its fields. */
function isOnValue(condition: BsonDocument): boolean {
  return isOperatorDocument(condition) && !logicalNames.has(Object.keys(condition)[0] ?? '');
}

/** $elemMatch's condition. */
function elementTest(operand: BsonDocument, context: FilterContext): ValueTest {
  if (isOnValue(operand)) {
    const onValue = compileField('v', operand, { ...context, leafArrays: 'whole' });
    return (value) => onValue({ v: value });
  }
  const onFields = compileDocument(operand, { ...context, leafArrays: 'expand' });
  return (value) => {
    if (Array.isArray(value)) return onFields(Object.fromEntries(value.entries()));
    return isDocument(value) && onFields(value);
  };
}

function compileNot(path: string, operand: BsonValue, context: FilterContext): DocumentTest {
  if (isRegex(operand)) return not(anyValue(path, matchesRegexValue(operand), context));
  if (!isDocument(operand)) throw new CommandError('BadValue', '$not needs a regex or a document');
  if (Object.keys(operand).length === 0) throw new CommandError('BadValue', '$not cannot be empty');
  if (!isOperatorDocument(operand)) throw unknownOperator(Object.keys(operand)[0] ?? '');
  return not(compileField(path, operand, context));
}

const logicalNames: ReadonlySet<string> = new Set(['$and', '$or', '$nor', '$expr', '$comment', '$where']);

function compileLogical(name: string, operand: BsonValue, context: FilterContext): DocumentTest {
  switch (name) {
    case '$and':
      return every(compileBranches(name, operand, context));
    case '$or':
      return some(compileBranches(name, operand, context));
    case '$nor':
      return not(some(compileBranches(name, operand, context)));
    case '$expr': {
      const evaluate = compileExpression(operand, context);
      return (document) => isTruthy(evaluate(document));
    }
    case '$comment':
      return always;
    // The fields of a reference, which `$elemMatch` and `$pull` may ask for without a path.
    case '$ref':
    case '$id':
    case '$db':
      return anyValue(name, equalTo(operand, context), context);
    default:
      throw refuseTopLevelOperator(name);
  }
}

function compileBranches(name: string, operand: BsonValue, context: FilterContext): DocumentTest[] {
  if (!Array.isArray(operand)) throw new CommandError('BadValue', `${name} must be an array`);
  if (operand.length === 0) throw new CommandError('BadValue', '$and/$or/$nor must be a nonempty array');
  return operand.map((branch) => {
    if (isDocument(branch)) return compileDocument(branch, context);
    throw new CommandError('BadValue', '$or/$and/$nor entries need to be full objects');
  });
}

function requireArray(name: string, operand: BsonValue): readonly BsonValue[] {
  if (Array.isArray(operand)) return operand;
  throw new CommandError('BadValue', `${name} needs an array`);
}

function anyValue(path: string, test: ValueTest, context: FilterContext): DocumentTest {
  return someValueAt(path, test, context);
}
