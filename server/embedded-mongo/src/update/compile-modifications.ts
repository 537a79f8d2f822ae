import { bsonTypeOf } from '../bson/bson-type.ts';
import { type BsonDocument, type BsonValue, isDocument } from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import type { FilterOptions } from '../query/filter.ts';
import { arrayModifiers } from './array-modifiers.ts';
import { fieldModifiers } from './field-modifiers.ts';
import type { CompileModifier } from './modifier.ts';
import { type Modification, modifyDocument } from './modify.ts';
import { compileRename } from './rename.ts';
import type { Transform } from './transform.ts';
import { type ArrayFilters, assertNoConflicts, comparePaths, parseUpdatePath } from './update-path.ts';
import { WrittenPaths } from './written-paths.ts';

type Step = Modification & { readonly onlyOnInsert: boolean };

const modifiers: Readonly<Record<string, CompileModifier>> = { ...fieldModifiers, ...arrayModifiers };

/** Compiles `{$set: …, $push: …}`. All paths of all operators apply in one order, by name, as MongoDB does. */
export function compileModifications(
  update: BsonDocument,
  filters: ArrayFilters,
  options: FilterOptions,
): Transform {
  const steps = Object.entries(update).flatMap(([name, fields]) =>
    compileOperator(name, requireFields(name, fields), { filters, options }),
  );
  assertNoConflicts(steps.map((step) => step.path));
  assertFiltersUsed(filters);
  steps.sort((a, b) => comparePaths(a.path, b.path));
  const mayMeet = steps.length > 1 && steps.some((step) => step.parts.some((part) => part.kind !== 'field'));
  return (document, { arrayIndex, isInsert }) => {
    const context = {
      root: document,
      now: new Date(),
      arrayIndex,
      copies: new Set<BsonDocument>(),
      written: mayMeet ? new WrittenPaths() : undefined,
    };
    return steps.reduce((result, step) => {
      if (step.onlyOnInsert && !isInsert) return result;
      if (step.modifier.applies?.(document) === false) return result;
      return modifyDocument(result, step, context);
    }, document);
  };
}

type Compiling = { readonly filters: ArrayFilters; readonly options: FilterOptions };

function compileOperator(name: string, fields: BsonDocument, { filters, options }: Compiling): Step[] {
  if (name === '$rename')
    return Object.entries(fields).flatMap(([from, to]) => compileRename(from, to, filters));
  const compile = Object.hasOwn(modifiers, name) ? modifiers[name] : undefined;
  if (!compile) throw unknownModifier(name);
  const { collation } = options;
  const shared = { collation, strings: collation?.compare, let: options.let };
  return Object.entries(fields).map(([path, operand]) => ({
    path,
    parts: parseUpdatePath(path, filters),
    modifier: compile(operand, { ...shared, path }),
    onlyOnInsert: name === '$setOnInsert',
  }));
}

function requireFields(name: string, fields: BsonValue): BsonDocument {
  if (!name.startsWith('$')) throw unknownModifier(name);
  if (isDocument(fields)) return fields;
  throw new CommandError(
    'FailedToParse',
    `Modifiers operate on fields but we found type ${bsonTypeOf(fields)} instead. For example: {$mod: {<field>: ...}} not {${name}: ...}`,
  );
}

function unknownModifier(name: string): CommandError {
  return new CommandError(
    'FailedToParse',
    `Unknown modifier: ${name}. Expected a valid update modifier or pipeline-style update specified as an array`,
  );
}

function assertFiltersUsed({ tests, used }: ArrayFilters): void {
  for (const identifier of tests.keys()) {
    if (used.has(identifier)) continue;
    throw new CommandError(
      'FailedToParse',
      `The array filter for identifier '${identifier}' was not used in the update`,
    );
  }
}
