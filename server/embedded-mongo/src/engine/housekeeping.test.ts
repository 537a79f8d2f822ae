import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { makeTempDir, startTestServer } from '../../test/test-server.ts';
import { Engine } from './engine.ts';

test('removes documents whose time is over, and only those', async () => {
  await using server = await startTestServer();
  const tokens = server.db.collection('tokens');
  await tokens.createIndex({ at: 1 }, { expireAfterSeconds: 60 });
  await tokens.insertMany([{ at: new Date(0) }, { at: new Date(100_000) }, { at: 'never' }, {}]);

  await server.engine.housekeeping.expire(100_000);

  expect(await tokens.countDocuments()).toBe(3);
  expect(await tokens.findOne({ at: new Date(0) })).toBeNull();
});

test('removes by a partial index only the documents that are in it', async () => {
  await using server = await startTestServer();
  const tokens = server.db.collection('tokens');
  const partialFilterExpression = { temp: true };
  await tokens.createIndex({ at: 1 }, { expireAfterSeconds: 1, partialFilterExpression });
  await tokens.insertMany([
    { at: new Date(0), temp: false },
    { at: new Date(0), temp: true },
  ]);

  await server.engine.housekeeping.expire();

  expect(await tokens.find({}, { projection: { _id: 0 } }).toArray()).toEqual([
    { at: new Date(0), temp: false },
  ]);
});

test('clears the bytes of a dropped collection in slices, also after a restart', async () => {
  using dir = makeTempDir();
  const engine = Engine.open({ dataDir: dir.path, isDurable: false });
  const namespace = { db: 'test', name: 'things' };
  await engine.executor.submit(true, () => {
    const { prefix } = engine.catalog.create(namespace, {});
    for (let i = 0; i < 5_000; i++)
      engine.kv.put(Buffer.concat([prefix, Buffer.of(i >> 8, i & 255)]), Buffer.alloc(1));
  });
  const { prefix, end } = engine.catalog.ensure(namespace);
  await engine.executor.submit(true, () => engine.dropCollection(engine.catalog.ensure(namespace)));
  await engine.close();

  const again = Engine.open({ dataDir: dir.path, isDurable: false });
  while (again.catalog.discardedTrees().length > 0) await setImmediate();

  expect(again.kv.countRange({ lower: prefix, upper: end })).toBe(0);
  await again.close();
});
