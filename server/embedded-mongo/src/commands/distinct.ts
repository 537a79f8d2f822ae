import { compileCollation } from '../bson/collation.ts';
import { compareValues } from '../bson/compare.ts';
import { encodeValue } from '../bson/key-encoding.ts';
import { type BsonDocument, type BsonValue, decodeDocument } from '../bson/value.ts';
import type { FindQuery } from '../engine/find-source.ts';
import { collectValues } from '../query/path.ts';
import type { Collection } from '../storage/collection.ts';
import { documentsOf } from './aggregate-source.ts';
import { type Command, type CommandContext, targetOf } from './command.ts';
import { findInView } from './read-view.ts';

export const distinctFields = ['distinct', 'key', 'query', 'collation', 'hint'];

export const distinct: Command = {
  name: 'distinct',
  fields: distinctFields,
  isWrite: false,
  run(ctx) {
    const { engine, args } = ctx;
    const collection = engine.collection(targetOf(ctx));
    const path = args.requireString('key');
    const collation = compileCollation(args.value('collation'));
    const filter = args.document('query') ?? {};
    if (!collection) return { values: [], ok: 1 };
    const values = new Map<string, BsonValue>();
    for (const document of matchesOf(ctx, collection, { filter, collation })) {
      for (const value of collectValues(document, path)) {
        if (value === undefined) continue;
        const key = encodeValue(value).toString('latin1');
        if (!values.has(key)) values.set(key, value);
      }
    }
    const sorted = [...values.values()].sort((a, b) => compareValues(a, b, collation?.compare));
    if (!collation) return { values: sorted, ok: 1 };
    const different = sorted.filter(
      (value, i) => i === 0 || compareValues(value, sorted[i - 1], collation.compare) !== 0,
    );
    return { values: different, ok: 1 };
  },
};

function* matchesOf(ctx: CommandContext, collection: Collection, query: FindQuery): Generator<BsonDocument> {
  const { engine, args, deadline } = ctx;
  const viewed = findInView(ctx, targetOf(ctx), query);
  if (viewed) return yield* documentsOf(viewed, ctx);
  const hint = args.has('hint') ? args.value('hint') : undefined;
  const source = engine.find(collection, { ...query, hint }, deadline);
  for (const { bytes, document = decodeDocument(bytes) } of source.matches(deadline)) yield document;
}
