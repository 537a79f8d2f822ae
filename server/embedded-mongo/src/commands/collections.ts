import { Binary } from 'bson';
import { type BsonDocument, encodeDocument } from '../bson/value.ts';
import { BufferedSource } from '../engine/cursors.ts';
import { CommandError } from '../errors.ts';
import { compileFilter } from '../query/filter.ts';
import type { Collection } from '../storage/collection.ts';
import { viewOf } from '../storage/view.ts';
import type { Arguments } from './arguments.ts';
import { type Command, targetOf } from './command.ts';
import { readCreateOptions } from './create-options.ts';
import { firstBatch, nsOf, readBatchSize } from './find.ts';

export const create: Command = {
  name: 'create',
  fields: [
    'create',
    'capped',
    'size',
    'max',
    'autoIndexId',
    'viewOn',
    'pipeline',
    'clusteredIndex',
    'validator',
    'validationLevel',
    'validationAction',
  ],
  isWrite: true,
  run(ctx) {
    const namespace = targetOf(ctx);
    requireUncapped(ctx.args);
    if (ctx.engine.collection(namespace)) {
      throw new CommandError('NamespaceExists', `Collection ${nsOf(namespace)} already exists.`);
    }
    ctx.engine.catalog.create(namespace, readCreateOptions(ctx.args));
    return { ok: 1 };
  },
};

function requireUncapped(args: Arguments): void {
  if (args.boolean('capped')) {
    throw new CommandError('CommandNotSupported', 'Capped collections are not supported by this server');
  }
  if (args.count('size') !== undefined || args.count('max') !== undefined) {
    throw new CommandError('InvalidOptions', "'size' and 'max' need 'capped' to be true");
  }
  if (args.has('autoIndexId') && !args.boolean('autoIndexId')) {
    throw new CommandError('InvalidOptions', 'A collection without an index on _id is not supported');
  }
}

export const drop: Command = {
  name: 'drop',
  fields: ['drop'],
  isWrite: true,
  run(ctx) {
    const namespace = targetOf(ctx);
    const collection = ctx.engine.collection(namespace);
    if (!collection) return { ok: 1 };
    ctx.engine.dropCollection(collection);
    return { nIndexesWas: collection.indexes.length + 1, ns: collection.ns, ok: 1 };
  },
};

export const dropDatabase: Command = {
  name: 'dropDatabase',
  fields: ['dropDatabase'],
  isWrite: true,
  run({ engine, db }) {
    const collections = engine.catalog.list(db);
    for (const collection of collections) engine.dropCollection(collection);
    return { ...(collections.length > 0 && { dropped: db }), ok: 1 };
  },
};

export const renameCollection: Command = {
  name: 'renameCollection',
  fields: ['renameCollection', 'to', 'dropTarget'],
  isWrite: true,
  isAdminOnly: true,
  run({ engine, args }) {
    const from = args.requireString('renameCollection');
    const to = args.requireString('to');
    const isReplacing = args.boolean('dropTarget');
    const source = engine.catalog.get(from);
    const target = engine.catalog.get(to);
    if (!source) throw new CommandError('NamespaceNotFound', `Source collection ${from} does not exist`);
    if (from === to) throw new CommandError('IllegalOperation', "Can't rename a collection to itself");
    if (target && !isReplacing) throw new CommandError('NamespaceExists', 'target namespace exists');
    if (target) engine.dropCollection(target);
    const dot = to.indexOf('.');
    engine.renameCollection(source, { db: to.slice(0, dot), name: to.slice(dot + 1) });
    return { ok: 1 };
  },
};

export const listCollections: Command = {
  name: 'listCollections',
  fields: ['listCollections', 'filter', 'nameOnly', 'authorizedCollections', 'cursor'],
  isWrite: false,
  run(ctx) {
    const isNameOnly = ctx.args.boolean('nameOnly');
    const filter = compileFilter(ctx.args.document('filter') ?? {});
    const documents = ctx.engine.catalog
      .list(ctx.db)
      .map((collection) => describe(collection))
      .filter((description) => filter.matches(description))
      .map((description) =>
        isNameOnly ? { name: description['name'], type: description['type'] } : description,
      )
      .map((description) => encodeDocument(description));
    return firstBatch(ctx, {
      ns: `${ctx.db}.$cmd.listCollections`,
      source: new BufferedSource(documents),
      batchSize: readBatchSize(ctx.args) ?? documents.length,
    });
  },
};

function describe({ meta }: Collection): BsonDocument {
  if (viewOf(meta)) return { name: meta.name, type: 'view', options: meta.options, info: { readOnly: true } };
  return {
    name: meta.name,
    type: 'collection',
    options: meta.options,
    info: { readOnly: false, uuid: new Binary(meta.uuid, Binary.SUBTYPE_UUID) },
    idIndex: { v: 2, key: { _id: 1 }, name: '_id_' },
  };
}

export const listDatabases: Command = {
  name: 'listDatabases',
  fields: ['listDatabases', 'filter', 'nameOnly', 'authorizedDatabases'],
  isWrite: false,
  isAdminOnly: true,
  run({ engine, args }) {
    const isNameOnly = args.boolean('nameOnly');
    const filter = compileFilter(args.document('filter') ?? {});
    const databases = engine.catalog
      .databases()
      .map((name): BsonDocument => ({ name, sizeOnDisk: 0, empty: false }))
      .filter((database) => filter.matches(database));
    if (isNameOnly) return { databases: databases.map(({ name }) => ({ name })), ok: 1 };
    return { databases, totalSize: engine.sizeOnDisk(), ok: 1 };
  },
};
