import { type Document, deserialize, Long, MinKey } from 'bson';
import { describe, expect, it } from 'vitest';
import { updateStatementFields } from '../src/commands/update.ts';
import { deleteStatementFields } from '../src/commands/delete.ts';
import { commands } from '../src/commands/registry.ts';
import { runCommand } from '../src/commands/run-command.ts';
import { Engine } from '../src/engine/engine.ts';
import { Share } from '../src/engine/job.ts';
import { makeTempDir } from './test-server.ts';
import { typed } from './typed.ts';

/** Each command as it is accepted, with the fields it cannot be without. */
const accepted: Readonly<Record<string, Document>> = {
  aggregate: { aggregate: 'things', pipeline: [], cursor: {} },
  buildInfo: { buildInfo: 1 },
  bulkWrite: {
    bulkWrite: 1,
    ops: [{ insert: 0, document: { a: 1 } }],
    nsInfo: [{ ns: 'test.things' }],
  },
  collMod: { collMod: 'things' },
  collStats: { collStats: 'things' },
  configureFailPoint: { configureFailPoint: 'failCommand', mode: 'off' },
  connectionStatus: { connectionStatus: 1 },
  count: { count: 'things' },
  create: { create: 'new' },
  createIndexes: { createIndexes: 'things', indexes: [{ key: { b: 1 }, name: 'b_1' }] },
  dbStats: { dbStats: 1 },
  delete: { delete: 'things', deletes: [{ q: { a: 9 }, limit: 1 }] },
  distinct: { distinct: 'things', key: 'a' },
  drop: { drop: 'things' },
  dropDatabase: { dropDatabase: 1 },
  dropIndexes: { dropIndexes: 'things', index: 'a_1' },
  endSessions: { endSessions: [] },
  explain: { explain: { find: 'things' } },
  find: { find: 'things' },
  findAndModify: { findAndModify: 'things', query: { a: 1 }, update: { $set: { b: 1 } } },
  getCmdLineOpts: { getCmdLineOpts: 1 },
  getLog: { getLog: 'startupWarnings' },
  hostInfo: { hostInfo: 1 },
  insert: { insert: 'things', documents: [{ a: 2 }] },
  killCursors: { killCursors: 'things', cursors: [Long.fromNumber(1)] },
  killSessions: { killSessions: [] },
  listCollections: { listCollections: 1 },
  listDatabases: { listDatabases: 1 },
  listIndexes: { listIndexes: 'things' },
  ping: { ping: 1 },
  refreshSessions: { refreshSessions: [] },
  renameCollection: { renameCollection: 'test.things', to: 'test.others' },
  startSession: { startSession: 1 },
  update: { update: 'things', updates: [{ q: { a: 9 }, u: { $set: { b: 1 } } }] },
  validate: { validate: 'things' },
  whatsmyuri: { whatsmyuri: 1 },
};

/** Commands that are not walked, each with the reason. */
const notWalked: Readonly<Record<string, string>> = {
  hello: 'takes what drivers add to their first message',
  serverStatus: 'takes any name of a section',
  getParameter: 'takes any name of a parameter',
  commitTransaction: 'is refused whatever it carries',
  abortTransaction: 'is refused whatever it carries',
  getMore: 'its cursor is gone after the first failure; below',
};

const generic = [
  'lsid',
  '$clusterTime',
  '$readPreference',
  'readConcern',
  'writeConcern',
  'maxTimeMS',
  'apiVersion',
  'apiStrict',
  'apiDeprecationErrors',
  'txnNumber',
  'startTransaction',
  'autocommit',
];

/** Runs commands as they are, where a driver would put fields of its own over some. */
async function startWithThings() {
  const dir = makeTempDir();
  const engine = Engine.open({ dataDir: dir.path, isDurable: false });
  const run = async (body: Document): Promise<Document> => {
    const isOnAdmin = commands.find(({ name }) => name === Object.keys(body)[0])?.isAdminOnly;
    const whole = typed({ ...body, $db: isOnAdmin ? 'admin' : 'test' });
    const request = {
      body: whole,
      sequences: new Map(),
      connection: { id: 1, share: new Share(), appName: undefined },
    };
    return new Promise((resolve) =>
      runCommand(engine, request, (parts) => resolve(deserialize(Buffer.concat(parts ?? [])))),
    );
  };
  await run({ insert: 'things', documents: [{ a: 1 }] });
  await run({ createIndexes: 'things', indexes: [{ key: { a: 1 }, name: 'a_1' }] });
  return {
    run,
    async [Symbol.asyncDispose]() {
      await engine.close();
      dir[Symbol.dispose]();
    },
  };
}

/** The code a command or its only statement failed with. */
function codeOf({ code, writeErrors, cursor }: Document): unknown {
  return code ?? writeErrors?.[0].code ?? cursor?.firstBatch.find((one: Document) => one['code'])?.code;
}

describe('no option is ignored', () => {
  it('knows a form of every command', () => {
    const names = commands.map(({ name }) => name).filter((name) => !(name in notWalked));
    expect(Object.keys(accepted).toSorted()).toEqual(names.toSorted());
  });

  it.each(Object.keys(accepted))(
    '%s refuses each of its options with a value that has no sense',
    async (name) => {
      await using store = await startWithThings();
      const command = commands.find((one) => one.name === name);
      const own = command?.fields === 'any' ? [] : (command?.fields ?? []);
      const names = [name, ...(command?.aliases ?? [])];
      const body = accepted[name] ?? {};

      for (const option of [...own.filter((field) => !names.includes(field)), ...generic]) {
        const code = codeOf(await store.run({ ...body, [option]: new MinKey() }));
        expect(code, option).toEqual(expect.any(Number));
      }
      expect(codeOf(await store.run({ ...body, frobnicate: 1 }))).toBe(40415);
      expect(codeOf(await store.run({ ...body, comment: 'anything' }))).toBeUndefined();
    },
  );

  it.each<[name: string, options: Document, code: number]>([
    ['getMore', { batchSize: 'x' }, 14],
    ['aggregate', { cursor: { frobnicate: 1 } }, 40415],
    ['aggregate', { aggregate: 1, pipeline: [{ $listLocalSessions: { frobnicate: 1 } }] }, 40415],
    ['aggregate', { pipeline: [{ $indexStats: { frobnicate: 1 } }] }, 40415],
    ['listCollections', { cursor: { batchSize: -1 } }, 51024],
    ['listIndexes', { cursor: { frobnicate: 1 } }, 40415],
    ['bulkWrite', { cursor: { batchSize: 'x' } }, 14],
    ['bulkWrite', { nsInfo: [{ ns: 'test.things', frobnicate: 1 }] }, 40415],
    ['createIndexes', { commitQuorum: 'majority' }, 2],
    ['createIndexes', { indexes: [{ key: { b: 1 }, name: 'b_1', frobnicate: 1 }] }, 67],
    ['createIndexes', { indexes: [{ key: { b: 1 }, name: 'b_1', v: 3 }] }, 67],
    ['createIndexes', { indexes: [{ key: { _id: 1 }, name: '_id_', expireAfterSeconds: 1 }] }, 197],
    ['create', { size: 1000 }, 72],
    ['create', { autoIndexId: false }, 72],
    ['create', { clusteredIndex: { key: { _id: 1 }, unique: true, frobnicate: 1 } }, 40415],
    ['explain', { verbosity: 'everything' }, 9],
    ['explain', { explain: { find: 'things', frobnicate: 1 } }, 40415],
    ['explain', { explain: { update: 'things', updates: [{ q: {}, u: {}, frobnicate: 1 }] } }, 40415],
    ['explain', { explain: { aggregate: 'things', pipeline: [], cursor: {}, frobnicate: 1 } }, 40415],
    ['findAndModify', { fields: 'x' }, 14],
    ['count', { hint: 'nothing' }, 2],
    ['distinct', { hint: 'nothing' }, 2],
    ['find', { collation: { locale: 'en', frobnicate: 1 } }, 40415],
    ['ping', { readConcern: { level: 'local', frobnicate: 1 } }, 40415],
    ['ping', { readConcern: { afterClusterTime: 1 } }, 123],
    ['ping', { writeConcern: { w: 1, frobnicate: 1 } }, 40415],
    ['ping', { writeConcern: { w: [] } }, 9],
    ['ping', { writeConcern: { j: 'x' } }, 14],
    ['ping', { writeConcern: { wtimeout: 'x' } }, 14],
    ['ping', { $readPreference: { mode: 'farthest' } }, 9],
    ['ping', { apiVersion: '2' }, 322],
    ['ping', { apiStrict: true }, 4886600],
    ['ping', { apiDeprecationErrors: true }, 4886600],
    ['dbStats', { scale: 0 }, 2],
    ['configureFailPoint', { mode: 'alwaysOn', data: { failCommands: [], appName: 1 } }, 14],
  ])('%s refuses %j', async (name, options, code) => {
    await using store = await startWithThings();
    const body = accepted[name] ?? { getMore: Long.fromNumber(1), collection: 'things' };
    expect(codeOf(await store.run({ ...body, ...options }))).toBe(code);
  });

  it('refuses each option of a statement with a value that has no sense', async () => {
    await using store = await startWithThings();
    for (const option of updateStatementFields) {
      const statement = { q: { a: 1 }, u: { $set: { b: 1 } }, [option]: new MinKey() };
      expect(codeOf(await store.run({ update: 'things', updates: [statement] })), option).toEqual(
        expect.any(Number),
      );
    }
    for (const option of deleteStatementFields) {
      const statement = { q: { a: 1 }, limit: 1, [option]: new MinKey() };
      expect(codeOf(await store.run({ delete: 'things', deletes: [statement] })), option).toEqual(
        expect.any(Number),
      );
    }
    const unknown = { frobnicate: 1 };
    expect(codeOf(await store.run({ update: 'things', updates: [unknown] }))).toBe(40415);
    expect(codeOf(await store.run({ delete: 'things', deletes: [unknown] }))).toBe(40415);
  });
});

describe('an option has its effect', () => {
  it('batchSize splits what listCollections and listIndexes tell', async () => {
    await using store = await startWithThings();
    await store.run({ create: 'others' });

    for (const command of [{ listCollections: 1 }, { listIndexes: 'things' }]) {
      const { cursor } = await store.run({ ...command, cursor: { batchSize: 1 } });
      expect(cursor.firstBatch).toHaveLength(1);
      const collection = cursor.ns.slice('test.'.length);
      const more = await store.run({ getMore: cursor.id, collection });
      expect(more['cursor'].nextBatch).toHaveLength(1);
    }
  });

  it('verbosity decides whether explain runs the query', async () => {
    await using store = await startWithThings();
    const explain = (options: Document) => store.run({ explain: { find: 'things' }, ...options });

    expect(await explain({ verbosity: 'queryPlanner' })).not.toHaveProperty('executionStats');
    expect((await explain({ verbosity: 'executionStats' }))['executionStats']).not.toHaveProperty(
      'allPlansExecution',
    );
    expect(await explain({})).toMatchObject({ executionStats: { nReturned: 1, allPlansExecution: [] } });
  });

  it.each<[command: Document, code: unknown]>([
    [{ find: 'things' }, undefined],
    [{ aggregate: 'things', pipeline: [{ $match: {} }], cursor: {} }, undefined],
    [{ distinct: 'things', key: 'a' }, 323],
    [{ find: 'things', singleBatch: true }, 323],
    [{ aggregate: 'things', pipeline: [], explain: true }, 323],
    [{ aggregate: 'things', pipeline: [{ $indexStats: {} }], cursor: {} }, 323],
    [{ createIndexes: 'things', indexes: [{ key: { c: 1 }, name: 'c_1', sparse: true }] }, 323],
  ])('apiStrict judges %j', async (command, code) => {
    await using store = await startWithThings();
    expect(codeOf(await store.run({ ...command, apiVersion: '1', apiStrict: true }))).toBe(code);
    expect(codeOf(await store.run({ ...command, apiVersion: '1' }))).toBeUndefined();
  });

  it('what has no sense for a view or without a cap is refused', async () => {
    await using store = await startWithThings();
    const view = { create: 'view', viewOn: 'things' };

    expect(codeOf(await store.run({ ...view, validator: { a: 1 } }))).toBe(72);
    expect(codeOf(await store.run(view))).toBeUndefined();
    expect(codeOf(await store.run({ collMod: 'view', validator: { a: 1 } }))).toBe(72);
    expect(codeOf(await store.run({ create: 'capped', max: 10 }))).toBe(72);
  });

  it('statistics show what they were asked for', async () => {
    await using store = await startWithThings();
    const whole = await store.run({ dbStats: 1 });

    expect((await store.run({ dbStats: 1, scale: 1024 }))['fsUsedSize']).toBe(whole['fsUsedSize'] / 1024);
    expect(await store.run({ serverStatus: 1, mem: 0 })).not.toHaveProperty('mem');
    expect(await store.run({ connectionStatus: 1, showPrivileges: true })).toMatchObject({
      authInfo: { authenticatedUserPrivileges: [] },
    });
    expect(codeOf(await store.run({ getParameter: 1, frobnicate: 1 }))).toBe(72);
  });
});
