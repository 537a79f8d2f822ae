import { Long } from 'bson';
import { bsonTypeOf } from '../bson/bson-type.ts';
import { type BsonDocument, type BsonValue, getField, isDocument, setField } from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import { forEach, type Stage } from './stage.ts';

type UnwindSpec = {
  readonly parts: readonly string[];
  readonly indexField: string | undefined;
  readonly keepsEmpty: boolean;
};

/** One document for each element of an array. */
export function compileUnwind(operand: BsonValue): Stage {
  const spec = parseSpec(operand);
  return forEach((document) => unwindOne(document, spec));
}

function* unwindOne(
  document: BsonDocument,
  { parts, indexField, keepsEmpty }: UnwindSpec,
): Iterable<BsonDocument> {
  const value = nestedValue(document, parts);
  const withIndex = (unwound: BsonDocument, index: number | null) => {
    if (indexField === undefined) return unwound;
    return setAt(unwound, indexField.split('.'), index === null ? null : Long.fromNumber(index));
  };
  if (Array.isArray(value) && value.length > 0) {
    for (const [index, element] of value.entries()) yield withIndex(setAt(document, parts, element), index);
  } else if (value !== null && value !== undefined && !Array.isArray(value)) {
    yield withIndex(document, null);
  } else if (keepsEmpty) {
    yield withIndex(
      value === null || value === undefined ? document : setAt(document, parts, undefined),
      null,
    );
  }
}

function parseSpec(operand: BsonValue): UnwindSpec {
  if (typeof operand === 'string')
    return { parts: parsePath(operand), indexField: undefined, keepsEmpty: false };
  if (!isDocument(operand)) {
    throw new CommandError(
      15981,
      `expected either a string or an object as specification for $unwind stage, got ${bsonTypeOf(operand)}`,
    );
  }
  const { path, includeArrayIndex, preserveNullAndEmptyArrays, ...unknown } = operand;
  const [other] = Object.keys(unknown);
  if (other !== undefined) throw new CommandError(28811, `unrecognized option to $unwind stage: ${other}`);
  if (path === undefined) throw new CommandError(28812, 'no path specified to $unwind stage');
  if (typeof path !== 'string')
    throw new CommandError(28808, `expected a string as the path for $unwind stage, got ${bsonTypeOf(path)}`);
  if (
    includeArrayIndex !== undefined &&
    (typeof includeArrayIndex !== 'string' || includeArrayIndex === '')
  ) {
    throw new CommandError(
      28810,
      'expected a non-empty string for the includeArrayIndex option to $unwind stage',
    );
  }
  if (preserveNullAndEmptyArrays !== undefined && typeof preserveNullAndEmptyArrays !== 'boolean') {
    throw new CommandError(
      28809,
      'expected a boolean for the preserveNullAndEmptyArrays option to $unwind stage',
    );
  }
  return {
    parts: parsePath(path),
    indexField: includeArrayIndex,
    keepsEmpty: preserveNullAndEmptyArrays === true,
  };
}

function parsePath(path: string): readonly string[] {
  if (path.startsWith('$') && path.length > 1) return path.slice(1).split('.');
  throw new CommandError(28818, `path option to $unwind stage should be prefixed with a '$': ${path}`);
}

/** The value at the path, which leads through documents alone; behind an array there is nothing to unwind. */
function nestedValue(document: BsonDocument, parts: readonly string[]): BsonValue {
  return parts.reduce<BsonValue>(
    (value, part) => (isDocument(value) ? getField(value, part) : undefined),
    document,
  );
}

/** A copy with the value at the path; undefined takes the field away. */
export function setAt(document: BsonDocument, parts: readonly string[], value: BsonValue): BsonDocument {
  const [part = '', ...rest] = parts;
  const copy = { ...document };
  if (rest.length > 0) {
    const inner = copy[part];
    setField(copy, part, setAt(isDocument(inner) ? inner : {}, rest, value));
  } else if (value === undefined) delete copy[part];
  else setField(copy, part, value);
  return copy;
}
