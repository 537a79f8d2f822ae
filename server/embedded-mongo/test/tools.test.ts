import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Decimal128, Double, Int32, Long, ObjectId, UUID } from 'bson';
import { expect, test } from 'vitest';
import { encodeDocument } from '../src/bson/value.ts';
import { Engine } from '../src/engine/engine.ts';
import { insertDocument } from '../src/engine/write-documents.ts';
import { noDeadline } from '../src/pace/deadline.ts';
import { finish } from '../src/pace/pace.ts';
import { CollectionIndex } from '../src/storage/collection-index.ts';
import { treePrefix } from '../src/storage/tree-keys.ts';
import { readIndexSpec } from '../src/storage/index-spec.ts';
import { backUp, compact } from '../src/tools/backup.ts';
import { exportDatabase } from '../src/tools/export.ts';
import { fsck } from '../src/tools/fsck.ts';
import { importFile } from '../src/tools/import.ts';
import { makeTempDir, startTestServer } from './test-server.ts';

const namespace = { db: 'app', name: 'things' };
const id = new ObjectId();
const thing = {
  _id: id,
  int: new Int32(5),
  long: Long.fromBigInt(2n ** 60n),
  double: new Double(5),
  decimal: Decimal128.fromString('1.10'),
  uuid: new UUID(),
  at: new Date(1_700_000_000_000),
  nested: { list: [new Int32(1), 'two', null] },
};

/** Runs the work on the directory's store inside one write. */
async function change(dataDir: string, work: (engine: Engine) => void): Promise<void> {
  const engine = Engine.open({ dataDir, isDurable: false });
  await engine.executor.submit(true, () => work(engine));
  await engine.close();
}

function storedBytes(dataDir: string): Buffer[] {
  const engine = Engine.open({ dataDir, isDurable: false });
  const { prefix, end } = engine.catalog.ensure(namespace);
  const bytes = Array.from(engine.kv.range({ lower: prefix, upper: end }), ({ value }) => value);
  void engine.close();
  return bytes;
}

test('exports lines that mongoimport reads, and imports them to the same bytes', async () => {
  using from = makeTempDir();
  using to = makeTempDir();
  const scope = { namespace, deadline: noDeadline };
  await change(
    from.path,
    (engine) => void insertDocument({ ...scope, store: engine }, encodeDocument(thing)),
  );
  const outDir = join(from.path, 'out');

  const counts = await exportDatabase({ dataDir: from.path, db: 'app', outDir });
  const file = join(outDir, 'things.jsonl');
  const first = await importFile({ dataDir: to.path, db: 'app', file });
  const second = await importFile({ dataDir: to.path, db: 'app', file });

  expect([...counts]).toEqual([['things', 1]]);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
    _id: { $oid: id.toHexString() },
    long: { $numberLong: String(2n ** 60n) },
    double: { $numberDouble: '5.0' },
  });
  expect(first).toEqual({ imported: 1, duplicates: 0 });
  expect(second).toEqual({ imported: 0, duplicates: 1 });
  expect(storedBytes(to.path)).toEqual([encodeDocument(thing)]);
});

test('names the line that is not EJSON', async () => {
  using dir = makeTempDir();
  const file = new URL(import.meta.url).pathname;

  await expect(importFile({ dataDir: dir.path, db: 'app', file })).rejects.toThrow(
    'tools.test.ts:1: not an EJSON',
  );
});

test('finds an index that does not agree with its documents', async () => {
  using dir = makeTempDir();
  await change(dir.path, (engine) => {
    const collection = engine.catalog.ensure(namespace);
    const spec = readIndexSpec({ name: 'int_1', key: { int: 1 } });
    finish(collection.addIndex(new CollectionIndex(engine.catalog.takeId(), spec), noDeadline));
    insertDocument({ store: engine, namespace, deadline: noDeadline }, encodeDocument(thing));
  });
  const lines: string[] = [];
  const check = () => fsck(dir.path, (line) => lines.push(line));
  expect(await check()).toBe(true);

  await change(dir.path, ({ kv, catalog }) => {
    const [index] = catalog.ensure(namespace).indexes;
    const [entry] = kv.range({ lower: index?.prefix ?? Buffer.alloc(0), upper: treePrefix(100) });
    if (entry) kv.remove(entry.key);
    kv.put(treePrefix(99), Buffer.alloc(1));
  });

  lines.length = 0;
  expect(await check()).toBe(false);
  expect(lines.join('\n')).toContain('int_1 has no entry for document');
  expect(lines.join('\n')).toContain('tree 99 belongs to nothing');
});

test('checks, exports and copies the store of a running server, each as it is at that moment', async () => {
  await using server = await startTestServer();
  using dir = makeTempDir();
  const things = server.db.collection<{ _id: number }>('things');
  await things.createIndex({ a: 1 });
  await things.insertMany(Array.from({ length: 500 }, (_, _id) => ({ _id, a: _id })));
  const [outDir, copy] = [join(dir.path, 'out'), join(dir.path, 'copy')];

  expect(await fsck(server.dataDir, () => undefined)).toBe(true);
  const counts = await exportDatabase({ dataDir: server.dataDir, db: 'test', outDir });
  await backUp(server.dataDir, copy);
  await things.deleteMany({});

  expect([...counts]).toEqual([['things', 500]]);
  expect(await fsck(copy, () => undefined)).toBe(true);
  await using restored = await startTestServer({ dataDir: copy });
  expect(await restored.db.collection('things').countDocuments()).toBe(500);
  await expect(backUp(server.dataDir, copy)).rejects.toThrow('There is a store in');
});

test('gives the disk back what deleted documents took, when no server runs', async () => {
  using dir = makeTempDir();
  {
    await using server = await startTestServer({ dataDir: dir.path });
    const things = server.db.collection<{ _id: number; text: string }>('things');
    await things.insertMany(Array.from({ length: 200 }, (_, _id) => ({ _id, text: 'x'.repeat(20_000) })));
    await things.deleteMany({ _id: { $gt: 0 } });
    await expect(compact(dir.path)).rejects.toThrow('in use');
  }

  const { before, after } = await compact(dir.path);

  expect(after).toBeLessThan(before / 10);
  await using server = await startTestServer({ dataDir: dir.path });
  expect(await server.db.collection('things').countDocuments()).toBe(1);
});
