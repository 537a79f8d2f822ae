import { type BsonDocument, type BsonValue, getField, isDocument } from '../bson/value.ts';
import { CommandError } from '../errors.ts';

/** Index into the outermost array through which a filter matched: what positional `$` stands for. */
export type MatchPosition = { arrayIndex: number | undefined };

/** Tests one value at a path; undefined is a missing field. */
export type ValueTest = (value: BsonValue) => boolean;

export type DocumentTest = (document: BsonDocument, position?: MatchPosition) => boolean;
type ArrayTest = (array: BsonValue[], position?: MatchPosition) => boolean;

type PathOptions = {
  /** Whether an array at the end of the path is offered element by element and then whole, or only whole. */
  readonly leafArrays: 'expand' | 'whole';
};

/**
 * Whether any value that MongoDB sees at the dotted path passes: through arrays of documents, by array index, and
 * through the elements of an array at its end.
 */
export function someValueAt(path: string, test: ValueTest, options: PathOptions): DocumentTest {
  const parts = path.split('.');
  const last = parts.pop() ?? '';
  const expands = options.leafArrays === 'expand';
  let documentTest = leafTest(last, test, expands);
  let arrayTest = elementTest(documentTest, parseIndex(last), {
    onScalar: test,
    onDocument: test,
    onArray: test,
  });
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    const rest = { onScalar: never, onDocument: documentTest, onArray: arrayTest };
    documentTest = branchTest(part, test, rest);
    arrayTest = elementTest(documentTest, parseIndex(part), rest);
  }
  return documentTest;
}

/** Array index written in a path, or undefined when the part is no index. */
export function parseIndex(part: string): number | undefined {
  return /^(0|[1-9]\d{0,9})$/.test(part) ? Number(part) : undefined;
}

/**
 * All values at the path, as an index or `distinct` sees them: arrays on the way and at the end are expanded (one
 * level), an empty array at the end gives undefined, a missing field gives nothing.
 */
export function collectValues(document: BsonDocument, path: string): BsonValue[] {
  const values: BsonValue[] = [];
  collect(document, path.split('.'), values);
  return values;
}

/** Refuses what no path may be: empty parts and a leading `$`. */
export function assertFieldPath(path: string): void {
  if (path === '') throw new CommandError(40352, 'FieldPath cannot be constructed with empty string');
  if (path.endsWith('.')) throw new CommandError(40353, "FieldPath must not end with a '.'.");
  for (const part of path.split('.')) {
    if (part === '') throw new CommandError(15998, 'FieldPath field names may not be empty strings.');
    if (part.startsWith('$')) {
      throw new CommandError(
        16410,
        `FieldPath field names may not start with '$'. Consider using $getField or $setField.`,
      );
    }
  }
}

/** What the rest of a path makes of a value, by its kind. */
type RestTests = {
  readonly onScalar: ValueTest;
  readonly onDocument: DocumentTest;
  readonly onArray: ArrayTest;
};

const never: ValueTest = () => false;

function leafTest(field: string, test: ValueTest, expands: boolean): DocumentTest {
  return (document, position) => {
    const value = getField(document, field);
    if (!expands || !Array.isArray(value)) return test(value);
    const at = value.findIndex(test);
    if (at >= 0 && position) position.arrayIndex = at;
    return at >= 0 || test(value);
  };
}

function branchTest(field: string, test: ValueTest, rest: RestTests): DocumentTest {
  return (document, position) => {
    const value = getField(document, field);
    if (Array.isArray(value)) return rest.onArray(value, position);
    return isDocument(value) ? rest.onDocument(value, position) : test(undefined);
  };
}

/** Walks an array in the middle of a path: into each document, and by index when the next part is one. */
function elementTest(documentTest: DocumentTest, index: number | undefined, rest: RestTests): ArrayTest {
  return (array, position) => {
    for (let at = 0; at < array.length; at += 1) {
      const element = array[at];
      const matches =
        (isDocument(element) && documentTest(element)) || (at === index && testElement(element, rest));
      if (!matches) continue;
      if (position) position.arrayIndex = at;
      return true;
    }
    return false;
  };
}

function testElement(element: BsonValue, { onScalar, onDocument, onArray }: RestTests): boolean {
  if (Array.isArray(element)) return onArray(element);
  return isDocument(element) ? onDocument(element) : onScalar(element);
}

function collect(node: BsonValue, parts: readonly string[], values: BsonValue[]): void {
  const [part, ...rest] = parts;
  if (part === undefined) {
    collectLeaf(node, values);
  } else if (Array.isArray(node)) {
    const index = parseIndex(part);
    if (index !== undefined && index < node.length) collect(node[index], rest, values);
    for (const element of node) if (isDocument(element)) collect(element, parts, values);
  } else if (isDocument(node) && Object.hasOwn(node, part)) {
    collect(node[part], rest, values);
  }
}

function collectLeaf(node: BsonValue, values: BsonValue[]): void {
  if (!Array.isArray(node)) values.push(node);
  else if (node.length === 0) values.push(undefined);
  else for (const element of node) values.push(element);
}
