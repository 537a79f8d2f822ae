import { ObjectId } from 'bson';
import { type BsonDocument, type BsonValue, isDocument } from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import { compileExpression } from '../expressions/expression.ts';
import { isNullish, valueAlong } from '../expressions/node.ts';
import { pause, type Steps } from '../pace/pace.ts';
import { compileUpdate } from '../update/compile-update.ts';
import { parseNamespace } from './lookup.ts';
import type { Namespace } from './pipeline-host.ts';
import { gather, type PipelineContext, type Stage } from './stage.ts';

type WhenMatched = 'replace' | 'keepExisting' | 'merge' | 'fail' | readonly BsonDocument[];
type WhenNotMatched = 'insert' | 'discard' | 'fail';

type Merge = {
  readonly into: Namespace;
  readonly on: readonly string[];
  readonly whenMatched: WhenMatched;
  readonly whenNotMatched: WhenNotMatched;
  readonly variables: BsonDocument;
};

/** `$merge`: each document is inserted into the target or merged with the one that has the same `on` fields. */
export function compileMerge(spec: BsonValue, context: PipelineContext): Stage {
  const merge = parseMerge(spec, context);
  return function* into(documents) {
    if (!context.host.hasUniqueIndex(merge.into, merge.on)) {
      throw new CommandError(51183, 'Cannot find index to verify that join fields will be unique');
    }
    for (const document of yield* gather(documents)) {
      yield* mergeOne(document, merge, context);
      if (context.host.deadline.isPauseDue()) yield pause;
    }
  };
}

function* mergeOne(document: BsonDocument, merge: Merge, context: PipelineContext): Steps<void> {
  const incoming =
    '_id' in document || !merge.on.includes('_id') ? document : { _id: new ObjectId(), ...document };
  const [existing] = yield* gather(context.host.find(merge.into, { filter: matchOn(incoming, merge.on) }));
  if (existing) mergeInto(existing, incoming, { merge, context });
  else insertNew(incoming, merge, context);
}

function matchOn(document: BsonDocument, on: readonly string[]): BsonDocument {
  return Object.fromEntries(
    on.map((path) => {
      const value = valueAlong(document, path.split('.'));
      if (!isNullish(value) && !Array.isArray(value)) return [path, { $eq: value }];
      throw new CommandError(
        51132,
        `$merge write error: 'on' field '${path}' cannot be missing, null, undefined or an array`,
      );
    }),
  );
}

function insertNew(document: BsonDocument, merge: Merge, { host }: PipelineContext): void {
  if (merge.whenNotMatched === 'discard') return;
  if (merge.whenNotMatched === 'fail') {
    throw new CommandError(
      13113,
      '$merge could not find a matching document in the target collection for at least one document in the source collection',
    );
  }
  host.insert(merge.into, document);
}

type Merging = { readonly merge: Merge; readonly context: PipelineContext };

function mergeInto(existing: BsonDocument, incoming: BsonDocument, { merge, context }: Merging): void {
  const { whenMatched, into } = merge;
  if (whenMatched === 'keepExisting') return;
  // The insert fails with the unique index's error, which names the key.
  if (whenMatched === 'fail') return context.host.insert(into, incoming);
  const { document, changed } = updateFor(incoming, merge, context).apply(existing);
  if (changed) context.host.replace(into, document);
}

function updateFor(incoming: BsonDocument, { whenMatched, variables }: Merge, context: PipelineContext) {
  if (whenMatched === 'replace') return compileUpdate(incoming, { isReplacement: true });
  if (typeof whenMatched === 'string') {
    return compileUpdate([{ $replaceWith: { $mergeObjects: ['$$ROOT', { $literal: incoming }] } }]);
  }
  const own = Object.entries(variables).map(([name, expression]) => {
    const value = compileExpression(expression, context)(incoming);
    return [name, { $literal: value }] as const;
  });
  return compileUpdate(whenMatched, { let: { ...context.let, ...Object.fromEntries(own) } });
}

function parseMerge(spec: BsonValue, context: PipelineContext): Merge {
  const fields: BsonDocument = isDocument(spec) ? spec : { into: spec };
  const {
    into,
    on = '_id',
    whenMatched = 'merge',
    whenNotMatched = 'insert',
    let: variables,
    ...unknown
  } = fields;
  const [other] = Object.keys(unknown);
  if (other !== undefined) {
    throw new CommandError('UnrecognizedCommandField', `BSON field '$merge.${other}' is an unknown field.`);
  }
  return {
    into: parseNamespace('$merge', into, context),
    on: parseOn(on),
    whenMatched: parseWhenMatched(whenMatched),
    whenNotMatched: parseWhenNotMatched(whenNotMatched),
    variables: isDocument(variables) ? variables : { new: '$$ROOT' },
  };
}

function parseOn(on: BsonValue): readonly string[] {
  const paths = Array.isArray(on) ? on : [on];
  const texts = paths.filter((path) => typeof path === 'string');
  if (texts.length === paths.length && texts.length > 0) return texts;
  throw new CommandError(51186, "$merge 'on' field must be either a string or an array of strings");
}

function parseWhenMatched(value: BsonValue): WhenMatched {
  if (Array.isArray(value) && value.every(isDocument)) return value;
  const found = (['replace', 'keepExisting', 'merge', 'fail'] as const).find((mode) => mode === value);
  if (found) return found;
  throw new CommandError(
    'BadValue',
    "Enumeration value for field '$merge.whenMatched' is not a valid value.",
  );
}

function parseWhenNotMatched(value: BsonValue): WhenNotMatched {
  const found = (['insert', 'discard', 'fail'] as const).find((mode) => mode === value);
  if (found) return found;
  throw new CommandError(
    'BadValue',
    "Enumeration value for field '$merge.whenNotMatched' is not a valid value.",
  );
}
