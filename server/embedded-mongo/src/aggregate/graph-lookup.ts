import { Long } from 'bson';
import { isNumber, toSafeInteger } from '../bson/numbers.ts';
import { type BsonDocument, type BsonValue, isDocument } from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import { compileExpression, type Evaluate } from '../expressions/expression.ts';
import { valueAlong } from '../expressions/node.ts';
import { Groups } from './groups.ts';
import { parseNamespace } from './lookup.ts';
import type { Namespace } from './pipeline-host.ts';
import type { PipelineContext, Stage } from './stage.ts';
import { setAt } from './unwind.ts';

type GraphLookup = {
  readonly from: Namespace;
  readonly startWith: Evaluate;
  readonly connectFrom: readonly string[];
  readonly connectTo: string;
  readonly as: readonly string[];
  readonly depthMax: number;
  readonly depthField: string | undefined;
  readonly restriction: BsonDocument;
};

type Found = { readonly document: BsonDocument; readonly depth: number };

/** `$graphLookup`: follows references breadth first, each document once, through the collection's indexes. */
export function compileGraphLookup(spec: BsonValue, context: PipelineContext): Stage {
  const lookup = parseSpec(spec, context);
  return function* follow(documents) {
    for (const document of documents) {
      const found = followAll(lookup.startWith(document), lookup, context);
      yield setAt(
        document,
        lookup.as,
        found.map((one) => withDepth(one, lookup.depthField)),
      );
    }
  };
}

function followAll(start: BsonValue, lookup: GraphLookup, { host, collation }: PipelineContext): Found[] {
  const found = new Groups<Found>();
  const asked = new Groups<true>(collation?.compare);
  let frontier = newValues(start, asked);
  for (let depth = 0; depth <= lookup.depthMax && frontier.length > 0; depth += 1) {
    const filter = { $and: [{ [lookup.connectTo]: { $in: frontier } }, lookup.restriction] };
    frontier = [];
    for (const document of host.find(lookup.from, { filter, collation })) {
      const entry = { document, depth };
      const isNew = found.find(document['_id'], () => entry) === entry;
      if (isNew) frontier.push(...newValues(valueAlong(document, lookup.connectFrom), asked));
    }
  }
  return Array.from(found, ([, entry]) => entry);
}

function newValues(value: BsonValue, asked: Groups<true>): BsonValue[] {
  const values = Array.isArray(value) ? value : [value];
  return values.filter((one) => {
    let isNew = false;
    const mark = (): true => {
      isNew = true;
      return true;
    };
    if (one !== undefined) asked.find(one, mark);
    return isNew;
  });
}

function withDepth({ document, depth }: Found, depthField: string | undefined): BsonDocument {
  return depthField === undefined ? document : setAt(document, depthField.split('.'), Long.fromNumber(depth));
}

function parseSpec(spec: BsonValue, context: PipelineContext): GraphLookup {
  if (!isDocument(spec))
    throw new CommandError('FailedToParse', 'the $graphLookup stage specification must be an object');
  const { maxDepth, depthField, restrictSearchWithMatch } = spec;
  const depthMax = maxDepth === undefined ? Number.POSITIVE_INFINITY : toSafeInteger(maxDepth);
  if (depthMax === undefined || depthMax < 0) {
    throw new CommandError(isNumber(maxDepth) ? 40101 : 40100, 'maxDepth requires a nonnegative integer');
  }
  if (spec['startWith'] === undefined) throw missing();
  return {
    from: parseNamespace('$graphLookup', spec['from'], context),
    startWith: compileExpression(spec['startWith'], context),
    connectFrom: requireText(spec['connectFromField']).split('.'),
    connectTo: requireText(spec['connectToField']),
    as: requireText(spec['as']).split('.'),
    depthMax,
    depthField: depthField === undefined ? undefined : requireText(depthField),
    restriction: isDocument(restrictSearchWithMatch) ? restrictSearchWithMatch : {},
  };
}

function requireText(value: BsonValue): string {
  if (typeof value === 'string' && value !== '') return value;
  throw missing();
}

function missing(): CommandError {
  return new CommandError(
    40105,
    "$graphLookup requires 'from', 'as', 'startWith', 'connectFromField', and 'connectToField' to be specified.",
  );
}
