import { type BsonDocument, isDocument } from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import { compileFilter, type FilterOptions } from '../query/filter.ts';
import type { ValueTest } from '../query/path.ts';

/** Compiles arrayFilters into one test per identifier. */
export function compileArrayFilters(
  filters: readonly BsonDocument[],
  options: FilterOptions,
): ReadonlyMap<string, ValueTest> {
  const tests = new Map<string, ValueTest>();
  for (const filter of filters) {
    const identifier = identifierOf(filter);
    if (tests.has(identifier)) {
      throw new CommandError(
        'FailedToParse',
        `Found multiple array filters with the same top-level field name ${identifier}`,
      );
    }
    const { matches } = compileFilter(filter, options);
    tests.set(identifier, (value) => matches({ [identifier]: value }));
  }
  return tests;
}

function identifierOf(filter: BsonDocument): string {
  const names = new Set(topLevelNames(filter));
  const [name, other] = names;
  if (name === undefined) {
    throw new CommandError(
      'FailedToParse',
      'Cannot use an expression without a top-level field name in arrayFilters',
    );
  }
  if (other !== undefined) {
    throw new CommandError(
      'FailedToParse',
      `Error parsing array filter :: caused by :: Expected a single top-level field name, found '${name}' and '${other}'`,
    );
  }
  if (/^[a-z][a-zA-Z0-9]*$/.test(name)) return name;
  throw new CommandError(
    'BadValue',
    `Error parsing array filter :: caused by :: The top-level field name must be an alphanumeric string beginning with a lowercase letter, found '${name}'`,
  );
}

function topLevelNames(filter: BsonDocument): string[] {
  return Object.entries(filter).flatMap(([key, value]) => {
    if (!key.startsWith('$')) return [key.split('.')[0] ?? ''];
    return Array.isArray(value) ? value.filter(isDocument).flatMap(topLevelNames) : [];
  });
}
