import { cpus, hostname } from 'node:os';
import { CommandError } from '../errors.ts';
import { checkCollection } from '../storage/check-store.ts';
import type { Collection } from '../storage/collection.ts';
import { type Command, targetOf } from './command.ts';
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
  run({ engine }) {
    const memory = process.memoryUsage();
    const seconds = (Date.now() - engine.startedAt) / 1_000;
    return {
      host: hostname(),
      version: serverVersion,
      process: 'embedded-mongo',
      pid: process.pid,
      uptime: seconds,
      localTime: new Date(),
      metrics: { cursor: { open: { total: engine.cursors.size } } },
      mem: { bits: 64, resident: Math.round(memory.rss / 2 ** 20), supported: true },
      storageEngine: { name: 'lmdb', persistent: true },
      ok: 1,
    };
  },
};

export const dbStats: Command = {
  name: 'dbStats',
  aliases: ['dbstats'],
  fields: ['dbStats', 'dbstats', 'scale', 'freeStorage'],
  isWrite: false,
  run({ engine, db }) {
    const collections = engine.catalog.list(db);
    return {
      db,
      collections: collections.length,
      views: 0,
      objects: collections.reduce((sum, { count }) => sum + count, 0),
      indexes: collections.reduce((sum, { indexes }) => sum + indexes.length + 1, 0),
      fsUsedSize: engine.sizeOnDisk(),
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
    return { ns: nsOf(namespace), count: collection?.count ?? 0, nindexes: indexCount(collection), ok: 1 };
  },
};

function indexCount(collection: Collection | undefined): number {
  return collection ? collection.indexes.length + 1 : 0;
}

export const validate: Command = {
  name: 'validate',
  fields: ['validate', 'full'],
  isWrite: false,
  run(ctx) {
    const namespace = targetOf(ctx);
    const collection = ctx.engine.collection(namespace);
    if (!collection) {
      throw new CommandError(
        'NamespaceNotFound',
        `Collection '${nsOf(namespace)}' does not exist to validate.`,
      );
    }
    const { documents, indexes, problems } = checkCollection(ctx.engine.catalog, collection);
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

/** What mongosh asks when it connects. */
export const getLog: Command = {
  name: 'getLog',
  fields: ['getLog'],
  isWrite: false,
  isAdminOnly: true,
  run: () => ({ totalLinesWritten: 0, log: [], ok: 1 }),
};

export const getCmdLineOpts: Command = {
  name: 'getCmdLineOpts',
  fields: ['getCmdLineOpts'],
  isWrite: false,
  isAdminOnly: true,
  run: () => ({ argv: [], parsed: {}, ok: 1 }),
};
