import { createRequire } from 'node:module';
import type * as MingoIndex from 'mingo';
import type * as MingoCore from 'mingo/core';
import { BSONRegExp, Double, Int32, Long } from 'bson';
import { isInt32, isNumber, toDouble } from '../bson/numbers.ts';
import { compileRegexValue } from '../bson/regex.ts';
import { type BsonDocument, type BsonValue, isDocument, setField } from '../bson/value.ts';
import { CommandError } from '../errors.ts';

const require = createRequire(import.meta.url);

type Mingo = {
  readonly core: typeof MingoCore;
  readonly index: typeof MingoIndex;
  readonly context: MingoCore.Context;
};

let loaded: Mingo | undefined;

/** Evaluates an aggregation expression that has no implementation of our own. Scripts are off. */
export function evaluateWithMingo(
  document: BsonDocument,
  expression: unknown,
  variables: BsonDocument,
): BsonValue {
  const { core, context } = loadMingo();
  const options = { context, variables: toPlain(variables), scriptEnabled: false };
  const value = translateErrors(() => core.evalExpr(toPlain(document), expression, options as never));
  return fromPlain(value);
}

/** Runs one stage that has no implementation of our own and needs no other collection. */
export function runStageWithMingo(stage: BsonDocument, documents: Iterable<BsonDocument>): BsonDocument[] {
  assertNoScripts(stage);
  const { index } = loadMingo();
  const aggregator = new index.Aggregator(toPlainDocuments([stage]));
  const results = translateErrors(() => aggregator.run(toPlainDocuments(documents)));
  return results.map(fromPlain).filter(isDocument);
}

function toPlainDocuments(documents: Iterable<BsonDocument>): Record<string, unknown>[] {
  return Array.from(documents, (document) => toPlain(document) as Record<string, unknown>);
}

const scriptOperators: ReadonlySet<string> = new Set(['$function', '$accumulator', '$where']);

/**
 * Refuses a client's code anywhere in the expression. The library's own switch would not do for stages: its
 * $setWindowFields is itself built on $function.
 */
export function assertNoScripts(value: BsonValue): void {
  if (Array.isArray(value)) value.forEach(assertNoScripts);
  if (!isDocument(value)) return;
  for (const [name, inner] of Object.entries(value)) {
    if (scriptOperators.has(name)) {
      throw new CommandError('InvalidOptions', `${name} is not supported: this server runs no scripts`);
    }
    assertNoScripts(inner);
  }
}

type OperatorKind = 'expression' | 'accumulator' | 'pipeline';

/** Whether mingo knows the operator; loads it. Accumulators are expressions too. */
export function hasMingoOperator(kind: OperatorKind, name: string): boolean {
  const { core, context } = loadMingo();
  const { ACCUMULATOR, EXPRESSION, PIPELINE } = core.OpType;
  const types = { expression: [EXPRESSION, ACCUMULATOR], accumulator: [ACCUMULATOR], pipeline: [PIPELINE] };
  return types[kind].some((type) => context.getOperator(type, name) !== null);
}

// Loaded on first use: its 300 files cost more than the rest of the server's start.
function loadMingo(): Mingo {
  if (loaded) return loaded;
  const core: Mingo['core'] = require('mingo/core');
  const context = core.Context.init({
    accumulator: require('mingo/operators/accumulator'),
    expression: require('mingo/operators/expression'),
    pipeline: require('mingo/operators/pipeline'),
  });
  loaded = { core, context, index: require('mingo') };
  return loaded;
}

function translateErrors<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError('BadValue', error instanceof Error ? error.message : 'the expression failed');
  }
}

/**
 * A copy with numbers as JS numbers, which is what mingo calculates with; a long beyond 2^53 and a decimal lose digits
 * here, so only expressions without an implementation of our own pay that price.
 */
export function toPlain(value: BsonValue): unknown {
  if (isNumber(value)) return toDouble(value);
  if (value instanceof BSONRegExp) return compileRegexValue(value);
  if (Array.isArray(value)) return value.map(toPlain);
  if (!isDocument(value)) return value;
  const plain: BsonDocument = {};
  for (const field of Object.keys(value)) setField(plain, field, toPlain(value[field]) as BsonValue);
  return plain;
}

export function fromPlain(value: unknown): BsonValue {
  if (typeof value === 'number') return numberFromPlain(value);
  if (Array.isArray(value)) return value.map((element) => fromPlain(element) ?? null);
  if (!isDocument(value)) return value as BsonValue;
  const document: BsonDocument = {};
  for (const field of Object.keys(value)) {
    if (value[field] !== undefined) setField(document, field, fromPlain(value[field]));
  }
  return document;
}

function numberFromPlain(value: number): BsonValue {
  if (isInt32(value)) return new Int32(value);
  return Number.isSafeInteger(value) && !Object.is(value, -0) ? Long.fromNumber(value) : new Double(value);
}
