import { valuesEqual } from '../bson/compare.ts';
import type { BsonValue } from '../bson/value.ts';
import { compileFilter } from '../query/filter.ts';
import type { CollectionIndex } from '../storage/collection-index.ts';
import { extractPredicates, type Predicate } from './predicates.ts';

/** Whether every document that meets the predicates is in the index: partial and sparse ones leave some out. */
export function implies(predicates: readonly Predicate[], { spec, fields }: CollectionIndex): boolean {
  if (spec.isSparse && !fields.some(({ path }) => requiresPresence(predicates, path))) return false;
  if (!spec.partialFilter) return true;
  const wanted = extractPredicates(spec.partialFilter);
  return !wanted.hasMore && wanted.list.every((part) => impliesOne(predicates, part));
}

function requiresPresence(predicates: readonly Predicate[], path: string): boolean {
  return predicates.some((predicate) => {
    if (predicate.path !== path) return false;
    return predicate.kind !== 'points' || predicate.values.every((value) => value !== null);
  });
}

function impliesOne(predicates: readonly Predicate[], part: Predicate): boolean {
  if (part.kind === 'exists') return requiresPresence(predicates, part.path);
  return predicates.some((predicate) => {
    if (predicate.path !== part.path) return false;
    if (predicate.kind === 'points') return predicate.values.every((value) => meets(value, part));
    return (
      predicate.kind === 'bound' &&
      part.kind === 'bound' &&
      predicate.operator === part.operator &&
      (valuesEqual(predicate.value, part.value) || meets(predicate.value, part))
    );
  });
}

function meets(value: BsonValue, part: Predicate): boolean {
  if (part.kind === 'points') return part.values.some((one) => valuesEqual(one, value));
  if (part.kind !== 'bound') return false;
  return compileFilter({ value: { [part.operator]: part.value } }).matches({ value });
}
