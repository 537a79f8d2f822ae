import { Int32, ObjectId } from 'bson';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type BsonDocument, type BsonValue, decodeDocument, encodeDocument } from '../src/bson/value.ts';
import { Engine } from '../src/engine/engine.ts';
import type { FindQuery } from '../src/engine/find-source.ts';
import { deleteDocuments, insertDocument, updateDocuments } from '../src/engine/write-documents.ts';
import { CommandError } from '../src/errors.ts';
import { noDeadline } from '../src/pace/deadline.ts';
import { finish } from '../src/pace/pace.ts';
import { compileFilter } from '../src/query/filter.ts';
import { compileSort } from '../src/query/sort.ts';
import { checkCollection } from '../src/storage/check-store.ts';
import { CollectionIndex } from '../src/storage/collection-index.ts';
import { readIndexSpec } from '../src/storage/index-spec.ts';
import { makeTempDir } from './test-server.ts';

const namespace = { db: 'test', name: 'things' };
const ids = Array.from({ length: 3 }, (_, i) => new ObjectId(`${i}`.repeat(24)));

/** Longer than a key can be. */
const longTexts = ['a', 'b'].map((end) => `${'x'.repeat(2_500)}${end}`);

const scalar: fc.Arbitrary<BsonValue> = fc.oneof(
  { weight: 14, arbitrary: fc.integer({ min: 0, max: 4 }).map((value) => new Int32(value)) },
  { weight: 2, arbitrary: fc.constantFrom('', 'a', 'ab', 'b', ...longTexts) },
  fc.constantFrom(...ids),
  fc.constantFrom<BsonValue>(null, true, Number.NaN, 2.5),
);
const value: fc.Arbitrary<BsonValue> = fc.oneof(
  { weight: 5, arbitrary: scalar },
  { weight: 6, arbitrary: fc.array(scalar, { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.record({ x: scalar }, { requiredKeys: [] }) },
  { weight: 1, arbitrary: fc.array(fc.record({ x: scalar }), { maxLength: 2 }) },
);
const document = fc.record({ a: value, b: value, c: value }, { requiredKeys: ['a'] });
const path = fc.constantFrom('a', 'a', 'a', 'a', 'b', 'b', 'c', 'a.x', 'b.x');
const direction = fc.constantFrom(1, -1);
const key = fc.uniqueArray(fc.tuple(path, direction), {
  minLength: 1,
  maxLength: 3,
  selector: ([name]) => name,
});

const condition: fc.Arbitrary<BsonValue> = fc.oneof(
  { weight: 3, arbitrary: scalar },
  fc.record({ $gt: scalar }),
  fc.record({ $lte: scalar }),
  { weight: 3, arbitrary: fc.record({ $gte: scalar, $lt: scalar }) },
  fc.record({ $in: fc.array(scalar, { maxLength: 3 }) }),
  fc.record({ $all: fc.array(scalar, { minLength: 1, maxLength: 2 }) }),
  fc.record({ $exists: fc.boolean() }),
  fc.record({ $ne: scalar }),
  fc.array(scalar, { maxLength: 2 }),
);
const branches = fc.array(fc.dictionary(path, condition, { minKeys: 1, maxKeys: 2 }), {
  minLength: 1,
  maxLength: 3,
});
const equality = fc
  .tuple(path, scalar)
  .map(([name, constant]) => ({ $eq: [`$${name}`, { $literal: constant }] }));
const filter: fc.Arbitrary<BsonDocument> = fc.oneof(
  { weight: 3, arbitrary: fc.dictionary(path, condition, { minKeys: 1, maxKeys: 2 }) },
  { weight: 2, arbitrary: fc.record({ $or: branches }) },
  fc.record({ $or: branches, a: condition }),
  fc.record({ $and: fc.tuple(fc.record({ $or: branches }), fc.record({ b: condition })) }),
  fc.record({
    $expr: fc.oneof(equality, fc.record({ $and: fc.array(equality, { minLength: 1, maxLength: 2 }) })),
  }),
  fc.record({
    $and: fc.array(fc.dictionary(path, condition, { minKeys: 1, maxKeys: 2 }), {
      minLength: 1,
      maxLength: 2,
    }),
  }),
);
const query = fc.record(
  { filter, sort: key.map((fields) => Object.fromEntries(fields)), skip: fc.nat(2), limit: fc.nat(4) },
  { requiredKeys: ['filter'] },
);

/** Runs the work on an empty collection of an engine of its own. */
async function withEngine(work: (engine: Engine) => void): Promise<void> {
  using dir = makeTempDir();
  const engine = Engine.open({ dataDir: dir.path, isDurable: false });
  try {
    await engine.executor.submit(true, () => work(engine));
  } finally {
    await engine.close();
  }
}

type IndexCase = { key: [string, number][]; unique: boolean; sparse: boolean };

/** Some sets of fields cannot be indexed together (two arrays); those indexes are left out. */
function tryIndex(engine: Engine, { key: fields, unique, sparse }: IndexCase): void {
  const collection = engine.catalog.ensure(namespace);
  const name = `index${collection.indexes.length}`;
  const spec = readIndexSpec({ name, key: Object.fromEntries(fields), unique, sparse });
  const index = new CollectionIndex(engine.catalog.takeId(), spec);
  attempt(engine, () => finish(collection.addIndex(index, noDeadline)));
}

/** What a client would get an error for leaves no trace. */
function attempt(engine: Engine, work: () => void): void {
  try {
    engine.executor.savepoint(work);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
  }
}

function everyWay(engine: Engine, asked: FindQuery): BsonDocument[][] {
  const collection = engine.catalog.ensure(namespace);
  const hints: BsonValue[] = collection.indexes
    .filter(({ spec }) => !spec.isSparse)
    .map(({ spec }) => spec.name);
  return [undefined, '_id_', ...hints].map((hint) => {
    const source = engine.find(collection, { ...asked, hint }, noDeadline);
    const documents: BsonDocument[] = [];
    for (let isDone = false; !isDone; ) {
      const batch = finish(source.next({ countMax: 2, deadline: noDeadline }));
      documents.push(...Array.from(batch.documents, (bytes) => decodeDocument(bytes)));
      isDone = batch.isDone;
    }
    return documents;
  });
}

const setup = {
  documents: fc.array(document, { minLength: 8, maxLength: 20 }),
  indexes: fc.array(fc.record({ key, unique: fc.boolean(), sparse: fc.boolean() }), {
    minLength: 1,
    maxLength: 3,
  }),
};

test('finds the same documents in the same order by every index as by looking at each document', async () => {
  const property = fc.property(fc.record({ ...setup, query }), ({ documents, indexes, query: asked }) => {
    attemptAll(({ engine }) => {
      for (const index of indexes) tryIndex(engine, index);
      documents.forEach((fields, i) => attempt(engine, () => insert(engine, { _id: i, ...fields })));
      const stored = everyWay(engine, { filter: {} })[0] ?? [];
      const matching = stored.filter((one) => compileFilter(asked.filter).matches(one));
      const { sort, skip = 0, limit = 0 } = asked;
      for (const found of everyWay(engine, { filter: asked.filter, sort })) {
        expect(found.map(idOf).sort(byNumber)).toEqual(matching.map(idOf).sort(byNumber));
        if (sort) expectSorted(found, sort);
      }
      const size = Math.max(0, Math.min(matching.length - skip, limit || Number.POSITIVE_INFINITY));
      for (const found of everyWay(engine, asked)) expect(found).toHaveLength(size);
      const source = engine.find(engine.catalog.ensure(namespace), asked, noDeadline);
      expect(finish(source.count(noDeadline))).toBe(size);
    });
  });

  await withEngine((engine) => {
    attemptAll = (work) => rolledBack(engine, () => work({ engine }));
    fc.assert(property, { numRuns: 200 });
  });
});

const change = fc.oneof(
  fc.record({
    filter,
    fields: fc.dictionary(fc.constantFrom('a', 'b', 'c'), value, { minKeys: 1, maxKeys: 2 }),
  }),
  fc.record({ filter }),
);

test('keeps every index in step with its documents through updates, deletes and failed writes', async () => {
  const indexes = fc.array(fc.record({ key, unique: fc.boolean(), sparse: fc.boolean() }), { maxLength: 3 });
  const changes = fc.array(change, { maxLength: 6 });
  const property = fc.property(fc.record({ ...setup, indexes, changes }), (given) => {
    attemptAll(({ engine }) => {
      given.documents.forEach((fields, i) => attempt(engine, () => insert(engine, { _id: i, ...fields })));
      for (const index of given.indexes) tryIndex(engine, index);
      for (const one of given.changes) attempt(engine, () => apply(engine, one));
      expect(
        finish(checkCollection(engine.catalog, engine.catalog.ensure(namespace), noDeadline)).problems,
      ).toEqual([]);
    });
  });

  await withEngine((engine) => {
    attemptAll = (work) => rolledBack(engine, () => work({ engine }));
    fc.assert(property, { numRuns: 200 });
  });
});

let attemptAll: (work: (context: { engine: Engine }) => void) => void;

/** Each case begins with an empty store; undoing it is a test of the undo log, too. */
function rolledBack(engine: Engine, work: () => void): void {
  const over = new Error('over');
  try {
    engine.executor.savepoint(() => {
      work();
      throw over;
    });
  } catch (error) {
    if (error !== over) throw error;
  }
  expect(engine.catalog.list()).toEqual([]);
}

function insert(engine: Engine, fields: BsonDocument): void {
  insertDocument({ store: engine, namespace, deadline: noDeadline }, encodeDocument(fields));
}

function apply(
  engine: Engine,
  { filter: match, fields }: { filter: BsonDocument; fields?: BsonDocument },
): void {
  const scope = { store: engine, namespace, deadline: noDeadline };
  const statement = { filter: match, isMulti: true };
  if (fields) finish(updateDocuments(scope, { ...statement, update: { $set: fields }, isUpsert: false }));
  else finish(deleteDocuments(scope, statement));
}

function idOf(found: BsonDocument): number {
  return Number(found['_id']);
}

function byNumber(a: number, b: number): number {
  return a - b;
}

function expectSorted(found: readonly BsonDocument[], sort: BsonDocument): void {
  const compare = compileSort(sort);
  const isSorted = found.every((one, i) => compare(found[i - 1] ?? one, one) <= 0);
  expect(isSorted).toBe(true);
}
