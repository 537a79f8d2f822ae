import { compileCollation } from '../bson/collation.ts';
import { countDocuments } from './aggregate-source.ts';
import { type Command, targetOf } from './command.ts';
import { findInView } from './read-view.ts';

export const countFields = ['count', 'query', 'limit', 'skip', 'hint', 'collation', 'fields'];

export const count: Command = {
  name: 'count',
  fields: countFields,
  isWrite: false,
  *run(ctx) {
    const { engine, args, deadline } = ctx;
    const collection = engine.collection(targetOf(ctx));
    const filter = args.document('query') ?? {};
    const skip = args.count('skip');
    const limit = Math.abs(args.integer('limit') ?? 0);
    const hint = args.has('hint') ? args.value('hint') : undefined;
    const collation = compileCollation(args.value('collation'));
    // MongoDB takes a projection here and makes nothing of it.
    args.document('fields');
    if (!collection) return { n: 0, ok: 1 };
    const viewed = yield* findInView(ctx, targetOf(ctx), { filter, skip, limit });
    if (viewed) return { n: yield* countDocuments(viewed, ctx), ok: 1 };
    const isWhole = Object.keys(filter).length === 0 && !skip && !limit && hint === undefined;
    if (isWhole) return { n: collection.count, ok: 1 };
    const source = engine.find(collection, { filter, skip, limit, hint, collation }, deadline);
    return { n: yield* source.count(deadline), ok: 1 };
  },
};
