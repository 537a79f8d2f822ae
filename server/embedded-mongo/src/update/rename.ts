import { bsonTypeOf } from '../bson/bson-type.ts';
import { type BsonDocument, type BsonValue, getField, isDocument } from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import { type Modifier, removed } from './modifier.ts';
import type { Modification } from './modify.ts';
import { type ArrayFilters, parseUpdatePath, type PathPart } from './update-path.ts';

type RenameStep = Modification & { readonly onlyOnInsert: boolean };

/** A rename is two modifications: the value is set at its new path and taken from the old one. */
export function compileRename(from: string, to: BsonValue, filters: ArrayFilters): RenameStep[] {
  if (typeof to !== 'string') {
    throw new CommandError(
      'BadValue',
      `The 'to' field for $rename must be a string: ${from}: ${bsonTypeOf(to)}`,
    );
  }
  const source = parseStaticPath(from, 'source', filters);
  const target = parseStaticPath(to, 'destination', filters);
  if (from === to || from.startsWith(`${to}.`) || to.startsWith(`${from}.`)) {
    throw new CommandError(
      'BadValue',
      `The source and target field for $rename must not be on the same path: $rename: "${from}": "${to}"`,
    );
  }
  return [
    { path: to, parts: target, modifier: setMoved(from, to), onlyOnInsert: false },
    {
      path: from,
      parts: source,
      modifier: { onMissing: 'skip', modify: () => removed },
      onlyOnInsert: false,
    },
  ];
}

function setMoved(from: string, to: string): Modifier {
  return {
    onMissing: 'create',
    modify: (value, { root }) => valueToMove(root, from) ?? value,
    applies(root) {
      if (valueToMove(root, from) === undefined) return false;
      refuseArrayOn(root, to, 'destination');
      return true;
    },
  };
}

function valueToMove(root: BsonDocument, path: string): BsonValue {
  refuseArrayOn(root, path, 'source');
  return path
    .split('.')
    .reduce<BsonValue>((node, part) => (isDocument(node) ? getField(node, part) : undefined), root);
}

function refuseArrayOn(root: BsonDocument, path: string, role: string): void {
  let node: BsonValue = root;
  for (const part of path.split('.')) {
    if (Array.isArray(node)) {
      throw new CommandError('BadValue', `The ${role} field cannot be an array element, '${path}'`);
    }
    if (!isDocument(node)) return;
    node = getField(node, part);
  }
}

function parseStaticPath(path: string, role: string, filters: ArrayFilters): readonly PathPart[] {
  const parts = parseUpdatePath(path, filters);
  if (parts.every((part) => part.kind === 'field')) return parts;
  throw new CommandError('BadValue', `The ${role} field for $rename may not be dynamic: ${path}`);
}
