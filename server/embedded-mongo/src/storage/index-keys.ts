import { emptyArray, type IndexValue, KeyWriter, missing } from '../bson/key-encoding.ts';
import { type BsonDocument, type BsonValue, getField, isDocument } from '../bson/value.ts';
import { CommandError } from '../errors.ts';

export type IndexField = {
  readonly path: string;
  /** The names in it. */
  readonly parts: readonly string[];
  readonly isDescending: boolean;
};

export type IndexEntry = { readonly key: Buffer; readonly row: readonly IndexValue[] };

/** What stands in each key before and after the values. */
export type KeyFrame = { readonly head: Buffer; readonly tail: Buffer };

export type IndexKeys = {
  /** Each different key once: the encoded field values in their frame, and the values themselves. */
  readonly entries: readonly IndexEntry[];
  /** Positions of the fields that went through an array. */
  readonly multikeyFields: ReadonlySet<number>;
  /** No indexed field exists in the document, so a sparse index leaves it out. */
  readonly isAbsent: boolean;
};

type Step = { readonly rest: readonly string[]; readonly at: BsonValue | typeof missing };

/**
 * The keys a document has in an index: one per element when a path meets an array, with the fields below the same
 * array staying together. Two different arrays in one index are refused, as in MongoDB (171).
 */
export function indexKeys(
  document: BsonDocument,
  fields: readonly IndexField[],
  frame: KeyFrame = noFrame,
): IndexKeys {
  const plain = plainKeys(document, fields, frame);
  if (plain) return plain;
  const multikeyFields = new Set<number>();
  const rows: IndexValue[][] = [];
  const steps = fields.map(({ parts }): Step => ({ rest: parts, at: document }));
  expand(steps, rows, multikeyFields);
  return {
    entries: encodeRows(rows, fields, frame),
    multikeyFields,
    isAbsent: rows.every((row) => row.every((value) => value === missing)),
  };
}

const noFrame: KeyFrame = { head: Buffer.alloc(0), tail: Buffer.alloc(0) };
const noFields: ReadonlySet<number> = new Set();
const writer = new KeyWriter();

/** What one of the fields, at that place, has of an array. */
type Elements = { readonly at: number; readonly values: readonly IndexValue[] };

/** The common cases: paths of one or two names, and at most one array, which is not empty and holds none. */
function plainKeys(
  document: BsonDocument,
  fields: readonly IndexField[],
  frame: KeyFrame,
): IndexKeys | undefined {
  let isAbsent = true;
  let elements: Elements | undefined;
  const row: IndexValue[] = [];
  for (const { parts } of fields) {
    const value = plainValue(document, parts);
    if (value === undefined) return undefined;
    if (!Array.isArray(value)) {
      if (value !== missing) isAbsent = false;
      row.push(value);
      continue;
    }
    if (elements || value.length === 0) return undefined;
    elements = { at: row.length, values: value };
    isAbsent &&= value.every((each) => each === missing);
    row.push(missing);
  }
  if (elements) {
    const entries = encodeElements(row, elements, { fields, frame });
    return { entries, multikeyFields: new Set([elements.at]), isAbsent };
  }
  return { entries: [{ key: encodeRow(row, fields, frame), row }], multikeyFields: noFields, isAbsent };
}

/** What is at the path: of an array of documents what is in each. Undefined where it is not as simple. */
function plainValue(
  document: BsonDocument,
  parts: readonly string[],
): Exclude<IndexValue, undefined> | IndexValue[] | undefined {
  const [root = '', below] = parts;
  const value = ownOr(document, root);
  if (below === undefined || value === missing) return value;
  if (parts.length > 2) return undefined;
  if (!Array.isArray(value)) return isDocument(value) ? ownOr(value, below) : missing;
  if (/^\d/.test(below)) return undefined;
  const values = value.map((each) => (isDocument(each) ? ownOr(each, below) : missing));
  return value.some(Array.isArray) || values.some(Array.isArray) ? undefined : values;
}

function ownOr(document: BsonDocument, name: string): BsonValue | typeof missing {
  return Object.hasOwn(document, name) ? document[name] : missing;
}

type Indexing = { readonly fields: readonly IndexField[]; readonly frame: KeyFrame };

/** Each different key once, of rows that are the same but for the elements of one array. */
function encodeElements(
  row: readonly IndexValue[],
  { at, values }: Elements,
  { fields, frame }: Indexing,
): readonly IndexEntry[] {
  const areTexts = values.every((value) => typeof value === 'string');
  if (!areTexts) {
    const rows = values.map((value) => row.with(at, value));
    return encodeRows(rows, fields, frame);
  }
  appendValues(writer.cut(0).appendRaw(frame.head), row.slice(0, at), fields);
  const shared = writer.length;
  const [field, ...after] = fields.slice(at);
  const rest = row.slice(at + 1);
  return Array.from(new Set(values), (value) => {
    appendValues(writer.cut(shared).append(value, field?.isDescending), rest, after);
    return { key: writer.appendRaw(frame.tail).copy(), row: row.with(at, value) };
  });
}

/** Each different key once. */
function encodeRows(
  rows: readonly IndexValue[][],
  fields: readonly IndexField[],
  frame: KeyFrame,
): readonly IndexEntry[] {
  const entries = rows.map((row): IndexEntry => ({ key: encodeRow(row, fields, frame), row }));
  if (entries.length < 2) return entries;
  return [...new Map(entries.map((entry) => [entry.key.toString('latin1'), entry])).values()];
}

function encodeRow(
  row: readonly IndexValue[],
  fields: readonly IndexField[],
  { head, tail }: KeyFrame,
): Buffer {
  appendValues(writer.cut(0).appendRaw(head), row, fields);
  return writer.appendRaw(tail).copy();
}

function appendValues(to: KeyWriter, row: readonly IndexValue[], fields: readonly IndexField[]): void {
  for (let i = 0; i < row.length; i++) to.append(row[i], fields[i]?.isDescending);
}

function expand(steps: Step[], rows: IndexValue[][], multikey: Set<number>): void {
  const reached = steps.map(descend);
  const arrays = reached.map(({ at }, i) => ({ at, i })).filter(({ at }) => Array.isArray(at));
  const array = arrays[0]?.at;
  if (!Array.isArray(array)) {
    rows.push(reached.map(({ at, rest }) => (rest.length > 0 ? missing : at)));
    return;
  }
  if (arrays.some(({ at }) => at !== array)) {
    throw new CommandError(171, 'cannot index parallel arrays');
  }
  for (const { i } of arrays) multikey.add(i);
  if (array.length === 0) {
    rows.push(reached.map((step) => emptyValue(step)));
    return;
  }
  for (const element of array) {
    expandElement(
      reached.map((step) => (step.at === array ? elementStep(step, element) : step)),
      rows,
      multikey,
    );
  }
}

/** Only one level of an array is expanded: an element that is itself an array is indexed as a whole. */
function expandElement(steps: Step[], rows: IndexValue[][], multikey: Set<number>): void {
  const nested = steps.some(({ at, rest }) => Array.isArray(at) && rest.length === 0);
  if (!nested) return expand(steps, rows, multikey);
  rows.push(steps.map(({ at, rest }) => (rest.length > 0 ? missing : at)));
}

function elementStep({ rest }: Step, element: BsonValue): Step {
  if (rest.length === 0) return { rest, at: element };
  return isDocument(element) ? { rest, at: element } : { rest: [], at: missing };
}

function emptyValue({ at, rest }: Step): IndexValue {
  if (!Array.isArray(at)) return rest.length > 0 ? missing : at;
  return rest.length > 0 ? missing : emptyArray;
}

/** A filter means both, and only one of them could be found by a key. */
function ambiguous(name: string): CommandError {
  const what =
    'Ambiguous field name found in array (do not use numeric field names in embedded elements in an array)';
  return new CommandError(16746, `${what}, field: '${name}'`);
}

/** Walks the path through documents and positions in arrays, up to its end or to an array it has to open. */
function descend({ rest, at }: Step): Step {
  let value = at;
  let i = 0;
  for (; i < rest.length; i++) {
    const name = rest[i] ?? '';
    if (Array.isArray(value)) {
      if (!/^\d+$/.test(name)) break;
      if (value.some((each) => isDocument(each) && Object.hasOwn(each, name))) throw ambiguous(name);
      value = Number(name) < value.length ? value[Number(name)] : missing;
    } else if (value !== missing && isDocument(value)) {
      value = Object.hasOwn(value, name) ? getField(value, name) : missing;
    } else return { rest: [], at: missing };
  }
  return { rest: rest.slice(i), at: value };
}
