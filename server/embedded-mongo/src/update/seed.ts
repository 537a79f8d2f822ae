import { isRegex } from '../bson/regex.ts';
import { type BsonDocument, type BsonValue, getField, isDocument, setField } from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import { isOperatorDocument } from '../query/filter.ts';

type Equality = readonly [path: string, value: BsonValue];

/** The fields an upsert takes over from its filter: every equality that must hold; for a replacement only `_id`. */
export function seedDocument(filter: BsonDocument, isReplacement: boolean): BsonDocument {
  const found = equalitiesOf(filter);
  const equalities = isReplacement ? found.filter(([path]) => path === '_id') : found;
  const document: BsonDocument = {};
  const taken: string[] = [];
  for (const [path, value] of equalities) {
    assertUntaken(taken, path);
    taken.push(path);
    setAt(document, path.split('.'), value);
  }
  return document;
}

function equalitiesOf(filter: BsonDocument): Equality[] {
  return Object.entries(filter).flatMap(([key, operand]): Equality[] => {
    if (key === '$and') return branchesOf(operand).flatMap(equalitiesOf);
    if (key === '$or')
      return branchesOf(operand).length === 1 ? branchesOf(operand).flatMap(equalitiesOf) : [];
    if (key.startsWith('$')) return [];
    if (isOperatorDocument(operand)) return operatorEqualities(key, operand);
    return isRegex(operand) ? [] : [[key, operand]];
  });
}

function operatorEqualities(path: string, operators: BsonDocument): Equality[] {
  return Object.entries(operators).flatMap(([name, operand]): Equality[] => {
    if (name === '$eq') return [[path, operand]];
    const isSingle = (name === '$in' || name === '$all') && Array.isArray(operand) && operand.length === 1;
    if (!isSingle) return [];
    const [only] = operand;
    return isRegex(only) || isOperatorDocument(only) ? [] : [[path, only]];
  });
}

function branchesOf(operand: BsonValue): readonly BsonDocument[] {
  return Array.isArray(operand) ? operand.filter(isDocument) : [];
}

function assertUntaken(taken: readonly string[], path: string): void {
  for (const other of taken) {
    if (path !== other && !path.startsWith(`${other}.`) && !other.startsWith(`${path}.`)) continue;
    throw new CommandError(54, `cannot infer query fields to set, path '${path}' is matched twice`);
  }
}

function setAt(document: BsonDocument, [part = '', ...rest]: readonly string[], value: BsonValue): void {
  if (rest.length === 0) {
    setField(document, part, value);
    return;
  }
  const present = getField(document, part);
  const inner: BsonDocument = isDocument(present) ? present : {};
  setField(document, part, inner);
  setAt(inner, rest, value);
}
