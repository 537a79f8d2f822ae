import { type BsonDocument, type BsonValue, isDocument, setField } from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import { assertFieldPath } from './path.ts';

/** Dotted paths as a tree: each field holds a leaf or the fields below it. */
export type FieldTree<Leaf> = Map<string, Leaf | FieldTree<Leaf>>;

/** Places a leaf; a path that equals, contains or is inside another one is refused as a collision. */
export function addLeaf<Leaf>(tree: FieldTree<Leaf>, path: string, leaf: Leaf): void {
  assertFieldPath(path);
  const parts = path.split('.');
  const last = parts.pop() ?? '';
  let node = tree;
  for (const part of parts) {
    const next = node.get(part) ?? new Map();
    if (!isBranch(next)) throw new CommandError(31249, `Path collision at ${path}`);
    node.set(part, next);
    node = next;
  }
  if (node.has(last)) throw new CommandError(31250, `Path collision at ${path}`);
  node.set(last, leaf);
}

export function isBranch<Leaf>(node: Leaf | FieldTree<Leaf> | undefined): node is FieldTree<Leaf> {
  return node instanceof Map;
}

/** Sets computed fields: present ones in place, new ones at the end, inside every document of an array on the way. */
export function setComputed(
  document: BsonDocument,
  tree: FieldTree<(root: BsonDocument) => BsonValue>,
  root: BsonDocument,
): BsonDocument {
  const result = { ...document };
  for (const [field, node] of tree) {
    const value = isBranch(node) ? setInside(result[field], node, root) : node(root);
    if (value === undefined) delete result[field];
    else setField(result, field, value);
  }
  return result;
}

function setInside(
  value: BsonValue,
  tree: FieldTree<(root: BsonDocument) => BsonValue>,
  root: BsonDocument,
): BsonValue {
  if (Array.isArray(value)) return value.map((element) => setInside(element, tree, root));
  return setComputed(isDocument(value) ? value : {}, tree, root);
}
