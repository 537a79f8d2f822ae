import { MemoryUse } from '../aggregate/memory-use.ts';
import { compileCollation } from '../bson/collation.ts';
import { compareValues } from '../bson/compare.ts';
import { encodeValue } from '../bson/key-encoding.ts';
import { type BsonDocument, type BsonValue, decodeDocument } from '../bson/value.ts';
import type { FindQuery } from '../engine/find-source.ts';
import { type Pause, pause } from '../pace/pace.ts';
import { sortInSteps } from '../pace/sort-in-steps.ts';
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
  *run(ctx) {
    const { engine, args } = ctx;
    const collection = engine.collection(targetOf(ctx));
    const path = args.requireString('key');
    const collation = compileCollation(args.value('collation'));
    const filter = args.document('query') ?? {};
    if (!collection) return { values: [], ok: 1 };
    const memory = new MemoryUse();
    const values = new Map<string, NonNullable<BsonValue> | null>();
    for (const document of matchesOf(ctx, collection, { filter, collation })) {
      if (document === pause) {
        yield pause;
        continue;
      }
      for (const value of collectValues(document, path)) {
        if (value === undefined) continue;
        const key = encodeValue(value).toString('latin1');
        if (values.has(key)) continue;
        memory.add(value, 200);
        values.set(key, value);
      }
    }
    const order = (a: BsonValue, b: BsonValue) => compareValues(a, b, collation?.compare);
    const sorted = yield* sortInSteps([...values.values()], order, ctx.deadline);
    if (!collation) return { values: sorted, ok: 1 };
    const different = sorted.filter(
      (value, i) => i === 0 || compareValues(value, sorted[i - 1], collation.compare) !== 0,
    );
    return { values: different, ok: 1 };
  },
};

function* matchesOf(
  ctx: CommandContext,
  collection: Collection,
  query: FindQuery,
): Generator<BsonDocument | Pause> {
  const { engine, args, deadline } = ctx;
  const viewed = yield* findInView(ctx, targetOf(ctx), query);
  if (viewed) return yield* documentsOf(viewed, ctx);
  const hint = args.has('hint') ? args.value('hint') : undefined;
  const source = engine.find(collection, { ...query, hint }, deadline);
  for (const found of source.matches(deadline)) {
    yield found === pause ? pause : (found.document ?? decodeDocument(found.bytes));
  }
}
