import { cpus, hostname } from 'node:os';
import type { BsonDocument } from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import type { Steps } from '../pace/pace.ts';
import { checkCollection, type CollectionReport } from '../storage/check-store.ts';
import type { Collection } from '../storage/collection.ts';
import { catalogOf } from '../storage/snapshot-catalog.ts';
import { viewOf } from '../storage/view.ts';
import type { Arguments } from './arguments.ts';
import { type Command, type CommandContext, targetOf } from './command.ts';
import { nsOf } from './find.ts';
import { serverVersion } from './hello.ts';

export const hostInfo: Command = {
  name: 'hostInfo',
  fields: ['hostInfo'],
  isWrite: false,
  run: () => ({
    system: { currentTime: new Date(), hostname: hostname(), numCores: cpus().length },
    os: {},
    ok: 1,
  }),
};

export const serverStatus: Command = {
  name: 'serverStatus',
  fields: 'any',
  isWrite: false,
  run({ engine, args }) {
    const sections: BsonDocument = {
      metrics: { cursor: { open: { total: engine.cursors.size } } },
      mem: { bits: 64, resident: Math.round(process.memoryUsage().rss / 2 ** 20), supported: true },
      storageEngine: { name: 'lmdb', persistent: true },
    };
    const shown = Object.entries(sections).filter(([name]) => !args.has(name) || args.boolean(name));
    return {
      host: hostname(),
      version: serverVersion,
      process: 'embedded-mongo',
      pid: process.pid,
      uptime: (Date.now() - engine.startedAt) / 1_000,
      localTime: new Date(),
      ...Object.fromEntries(shown),
      ok: 1,
    };
  },
};

export const dbStats: Command = {
  name: 'dbStats',
  aliases: ['dbstats'],
  fields: ['dbStats', 'dbstats', 'scale'],
  isWrite: false,
  run({ engine, db, args }) {
    const all = engine.catalog.list(db);
    const collections = all.filter(({ meta }) => !viewOf(meta));
    const scaleFactor = readScale(args);
    return {
      db,
      collections: collections.length,
      views: all.length - collections.length,
      objects: collections.reduce((sum, { count }) => sum + count, 0),
      indexes: collections.reduce((sum, { indexes }) => sum + indexes.length + 1, 0),
      fsUsedSize: engine.sizeOnDisk() / scaleFactor,
      scaleFactor,
      ok: 1,
    };
  },
};

export const collStats: Command = {
  name: 'collStats',
  aliases: ['collstats'],
  fields: ['collStats', 'collstats', 'scale'],
  isWrite: false,
  run(ctx) {
    const namespace = targetOf(ctx);
    const collection = ctx.engine.collection(namespace);
    return {
      ns: nsOf(namespace),
      count: collection?.count ?? 0,
      nindexes: indexCount(collection),
      scaleFactor: readScale(ctx.args),
      ok: 1,
    };
  },
};

/** What sizes are divided by. */
function readScale(args: Arguments): number {
  const scale = args.integer('scale') ?? 1;
  if (scale >= 1) return scale;
  throw new CommandError('BadValue', `scale has to be at least 1, not ${scale}`);
}

function indexCount(collection: Collection | undefined): number {
  return collection ? collection.indexes.length + 1 : 0;
}

export const validate: Command = {
  name: 'validate',
  fields: ['validate', 'full'],
  isWrite: false,
  *run(ctx) {
    const namespace = targetOf(ctx);
    const collection = ctx.engine.collection(namespace);
    // Every validation here is a full one.
    ctx.args.boolean('full');
    if (!collection) {
      throw new CommandError(
        'NamespaceNotFound',
        `Collection '${nsOf(namespace)}' does not exist to validate.`,
      );
    }
    const { documents, indexes, problems } = yield* checkSnapshot(ctx, collection);
    return {
      ns: collection.ns,
      nrecords: documents,
      nIndexes: collection.indexes.length + 1,
      keysPerIndex: { ...indexes },
      valid: problems.length === 0,
      errors: [...problems],
      ok: 1,
    };
  },
};

function* checkSnapshot({ engine, deadline }: CommandContext, { ns }: Collection): Steps<CollectionReport> {
  const snapshot = engine.kv.snapshot();
  try {
    const catalog = catalogOf(snapshot);
    const collection = catalog.get(ns);
    if (!collection) throw new CommandError('NamespaceNotFound', `ns does not exist: ${ns}`);
    return yield* checkCollection(catalog, collection, deadline);
  } finally {
    snapshot.release();
  }
}

/** What mongosh asks when it connects. */
export const getLog: Command = {
  name: 'getLog',
  fields: ['getLog'],
  isWrite: false,
  isAdminOnly: true,
  run({ args }) {
    const name = args.requireString('getLog');
    if (name === '*') return { names: ['global', 'startupWarnings'], ok: 1 };
    if (name === 'global' || name === 'startupWarnings') return { totalLinesWritten: 0, log: [], ok: 1 };
    throw new CommandError('BadValue', `No log named '${name}'`);
  },
};

export const getCmdLineOpts: Command = {
  name: 'getCmdLineOpts',
  fields: ['getCmdLineOpts'],
  isWrite: false,
  isAdminOnly: true,
  run: () => ({ argv: [], parsed: {}, ok: 1 }),
};
