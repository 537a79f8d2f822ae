import { valuesEqual } from '../bson/compare.ts';
import { type BsonDocument, type BsonValue, encodeDocument, isDocument } from '../bson/value.ts';
import { BufferedSource } from '../engine/cursors.ts';
import { CommandError } from '../errors.ts';
import type { Steps } from '../pace/pace.ts';
import { CollectionIndex } from '../storage/collection-index.ts';
import type { Collection } from '../storage/collection.ts';
import { describeIndex, type IndexSpec } from '../storage/index-spec.ts';
import { type Command, type CommandContext, targetOf } from './command.ts';
import { firstBatch, nsOf, readBatchSize } from './find.ts';
import { readNewIndex } from './new-index.ts';

const indexesMax = 64;

export const createIndexes: Command = {
  name: 'createIndexes',
  fields: ['createIndexes', 'indexes', 'commitQuorum'],
  isWrite: true,
  *run(ctx) {
    const { engine, args } = ctx;
    const namespace = targetOf(ctx);
    const specs = (args.documents('indexes') ?? []).map(readNewIndex);
    if (args.has('commitQuorum')) {
      throw new CommandError('BadValue', "Standalones can't specify commitQuorum");
    }
    if (specs.length === 0) throw new CommandError('BadValue', 'Must specify at least one index to create');
    const isNew = engine.collection(namespace) === undefined;
    const collection = engine.catalog.ensure(namespace);
    const before = collection.indexes.length + 1;
    for (const spec of specs) yield* createIndex(ctx, collection, spec);
    const after = collection.indexes.length + 1;
    return {
      numIndexesBefore: before,
      numIndexesAfter: after,
      createdCollectionAutomatically: isNew,
      ...(after === before && { note: 'all indexes already exist' }),
      ok: 1,
    };
  },
};

/** One that is being made for another client is waited for, so that of two equal requests one finds it there. */
function* createIndex(ctx: CommandContext, collection: Collection, spec: IndexSpec): Steps<void> {
  const { catalog } = ctx.engine;
  yield* collection.untilIdle(ctx.deadline);
  if (isKnown(collection, spec)) return;
  if (collection.indexes.length + 1 >= indexesMax) {
    throw new CommandError('CannotCreateIndex', `A collection has at most ${indexesMax} indexes`);
  }
  const id = catalog.takeHiddenId();
  try {
    yield* collection.addIndex(new CollectionIndex(id, spec), ctx.deadline);
    catalog.showTree(id);
  } finally {
    catalog.unhide(id);
    ctx.engine.sweepDropped();
  }
}

/** Whether the very same index is there; throws when its name or its key is taken by a different one. */
function isKnown(collection: Collection, spec: IndexSpec): boolean {
  if (valuesEqual(spec.key, { _id: 1 })) return true;
  const sameKey = collection.indexes.find((index) => valuesEqual(index.spec.key, spec.key));
  const sameName = collection.indexes.find((index) => index.spec.name === spec.name);
  const wanted = describeIndex(spec);
  if (sameName && valuesEqual(sameName.describe(), wanted)) return true;
  if (sameName) {
    throw new CommandError(
      'IndexKeySpecsConflict',
      `An existing index has the same name as the requested index. When index names are not specified, they are auto generated and can cause conflicts. Please refer to our documentation. Requested index: ${JSON.stringify(wanted)}, existing index: ${JSON.stringify(sameName.describe())}`,
    );
  }
  if (sameKey) {
    const hasSameOptions = valuesEqual({ ...sameKey.describe(), name: spec.name }, wanted);
    throw new CommandError(
      'IndexOptionsConflict',
      hasSameOptions
        ? `Index already exists with a different name: ${sameKey.spec.name}`
        : `An equivalent index already exists with different options: ${sameKey.spec.name}`,
    );
  }
  return false;
}

export const dropIndexes: Command = {
  name: 'dropIndexes',
  aliases: ['deleteIndexes'],
  fields: ['dropIndexes', 'deleteIndexes', 'index'],
  isWrite: true,
  run(ctx) {
    const collection = requireCollection(ctx);
    const nIndexesWas = collection.indexes.length + 1;
    const dropped = findDropped(collection, ctx.args.value('index'));
    for (const { id } of dropped) ctx.engine.catalog.discardTree(id);
    collection.setIndexes(collection.indexes.filter((index) => !dropped.includes(index)));
    ctx.engine.cursors.killNamespace(collection.ns);
    return { nIndexesWas, ok: 1 };
  },
};

function findDropped(collection: Collection, wanted: BsonValue): readonly CollectionIndex[] {
  if (wanted === '*') return collection.indexes;
  if (Array.isArray(wanted)) return wanted.flatMap((one) => findDropped(collection, one));
  if (wanted === '_id_' || (isDocument(wanted) && valuesEqual(wanted, { _id: 1 }))) {
    throw new CommandError('InvalidOptions', 'cannot drop _id index');
  }
  const found = collection.indexes.filter(({ spec }) =>
    isDocument(wanted) ? valuesEqual(spec.key, wanted) : spec.name === wanted,
  );
  if (found.length > 0) return found;
  throw new CommandError('IndexNotFound', `index not found with name [${JSON.stringify(wanted)}]`);
}

export const listIndexes: Command = {
  name: 'listIndexes',
  fields: ['listIndexes', 'cursor'],
  isWrite: false,
  run(ctx) {
    const collection = requireCollection(ctx);
    const { clusteredIndex } = collection.meta.options;
    const idIndex: BsonDocument = isDocument(clusteredIndex)
      ? { ...clusteredIndex, clustered: true }
      : { v: 2, key: { _id: 1 }, name: '_id_' };
    const documents = [idIndex, ...collection.indexes.map((index) => index.describe())].map(encodeDocument);
    return firstBatch(ctx, {
      ns: collection.ns,
      source: new BufferedSource(documents),
      batchSize: readBatchSize(ctx.args) ?? documents.length,
    });
  },
};

function requireCollection(ctx: CommandContext): Collection {
  const namespace = targetOf(ctx);
  const collection = ctx.engine.collection(namespace);
  if (collection) return collection;
  throw new CommandError('NamespaceNotFound', `ns does not exist: ${nsOf(namespace)}`);
}
