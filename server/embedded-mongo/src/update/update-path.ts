import { CommandError } from '../errors.ts';
import type { ValueTest } from '../query/path.ts';

/** One step of an update path: a field name or index, `$`, `$[]` or `$[identifier]`. */
export type PathPart =
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'positional' }
  | { readonly kind: 'all' }
  | { readonly kind: 'filtered'; readonly matches: ValueTest };

/** Array filters by identifier; `used` collects those that some path names. */
export type ArrayFilters = { readonly tests: ReadonlyMap<string, ValueTest>; readonly used: Set<string> };

export function parseUpdatePath(path: string, filters: ArrayFilters): readonly PathPart[] {
  if (path === '') throw new CommandError('EmptyFieldName', 'An empty update path is not valid.');
  const parts = path.split('.').map((part) => parsePart(part, path, filters));
  if (parts[0]?.kind === 'field' && parts[0].name.startsWith('$')) {
    throw new CommandError(
      'DollarPrefixedFieldName',
      `The dollar ($) prefixed field '${parts[0].name}' in '${path}' is not allowed in the context of an update's path. Consider using an aggregation pipeline with $replaceWith.`,
    );
  }
  if (parts[0]?.kind === 'positional') {
    throw new CommandError(
      'BadValue',
      `Cannot have positional (i.e. '$') element in the first position in path '${path}'`,
    );
  }
  if (parts[0]?.kind !== 'field') {
    throw new CommandError(
      'BadValue',
      `Cannot have array filter identifier element in the first position in path '${path}'`,
    );
  }
  if (parts.filter((part) => part.kind === 'positional').length > 1) {
    throw new CommandError('BadValue', `Too many positional (i.e. '$') elements found in path '${path}'`);
  }
  return parts;
}

/** Order in which MongoDB applies the fields of one update: part by part, numbers by value and before names. */
export function comparePaths(a: string, b: string): number {
  if (!a.includes('.') && !b.includes('.')) return compareParts(a, b);
  const parts = a.split('.');
  const otherParts = b.split('.');
  for (const [at, part] of parts.entries()) {
    const other = otherParts[at];
    if (other === undefined) return 1;
    const order = compareParts(part, other);
    if (order !== 0) return order;
  }
  return parts.length - otherParts.length;
}

/** Refuses paths of which one equals or contains another, as an update of both has no defined order. */
export function assertNoConflicts(paths: readonly string[]): void {
  const taken = new Set<string>();
  for (const path of paths) {
    if (taken.has(path)) throw conflict(path, path);
    taken.add(path);
  }
  for (const path of paths) {
    for (let dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
      const prefix = path.slice(0, dot);
      if (taken.has(prefix)) throw conflict(path, prefix);
    }
  }
}

function conflict(path: string, at: string): CommandError {
  return new CommandError(
    'ConflictingUpdateOperators',
    `Updating the path '${path}' would create a conflict at '${at}'`,
  );
}

function parsePart(part: string, path: string, filters: ArrayFilters): PathPart {
  if (part === '') {
    throw new CommandError(
      'EmptyFieldName',
      `The update path '${path}' contains an empty field name, which is not allowed.`,
    );
  }
  if (!part.startsWith('$')) return { kind: 'field', name: part };
  if (part === '$') return { kind: 'positional' };
  if (part === '$[]') return { kind: 'all' };
  const identifier = /^\$\[(.*)\]$/.exec(part)?.[1];
  return identifier === undefined ? { kind: 'field', name: part } : filteredPart(identifier, path, filters);
}

function filteredPart(identifier: string, path: string, filters: ArrayFilters): PathPart {
  const matches = filters.tests.get(identifier);
  if (!matches) {
    throw new CommandError(
      'BadValue',
      `No array filter found for identifier '${identifier}' in path '${path}'`,
    );
  }
  filters.used.add(identifier);
  return { kind: 'filtered', matches };
}

function compareParts(a: string, b: string): number {
  const isNumeric = isNumber(a);
  if (isNumeric !== isNumber(b)) return isNumeric ? -1 : 1;
  if (isNumeric && Number(a) !== Number(b)) return Number(a) - Number(b);
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function isNumber(part: string): boolean {
  return part.charCodeAt(0) <= nine && /^\d+$/.test(part);
}

const nine = '9'.charCodeAt(0);
