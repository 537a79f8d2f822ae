import { expect, test } from 'vitest';
import { BufferedSource, Cursors, cursorIdleMsMax } from '../src/engine/cursors.ts';
import { noDeadline } from '../src/pace/deadline.ts';
import { finish } from '../src/pace/pace.ts';
import { startTestServer } from './test-server.ts';

async function startWithNumbers(count: number) {
  const server = await startTestServer();
  const numbers = server.db.collection<{ _id: number; group: number }>('numbers');
  await numbers.insertMany(Array.from({ length: count }, (_, _id) => ({ _id, group: _id % 2 })));
  return { server, numbers };
}

test('goes on from its last key while documents come and go', async () => {
  const { server, numbers } = await startWithNumbers(10);
  await using _ = server;
  const cursor = numbers.find().sort({ _id: 1 }).batchSize(3);
  const seen = [(await cursor.next())?._id];

  await numbers.deleteMany({ _id: { $in: [1, 4] } });
  await numbers.insertOne({ _id: 10.5, group: 0 });
  for await (const { _id } of cursor) seen.push(_id);

  expect(seen).toEqual([0, 1, 2, 3, 5, 6, 7, 8, 9, 10.5]);
});

test('holds nothing open between two batches', async () => {
  const { server, numbers } = await startWithNumbers(10);
  await using _ = server;
  const cursor = numbers.find().batchSize(2);
  await cursor.next();

  expect(server.engine.cursors.size).toBe(1);
  await cursor.close();
  expect(server.engine.cursors.size).toBe(0);
});

test('ends the cursors of a collection that is dropped', async () => {
  const { server, numbers } = await startWithNumbers(10);
  await using _ = server;
  const cursor = numbers.find().batchSize(2);
  await cursor.next();

  await numbers.drop();

  await expect(cursor.toArray()).rejects.toMatchObject({ code: 43 });
});

test('forgets a cursor that nobody asks for, unless it is to be kept', () => {
  let now = 0;
  const cursors = new Cursors({ now: () => now });
  const request = { countMax: 1, deadline: noDeadline };
  const source = () => new BufferedSource([Buffer.alloc(1), Buffer.alloc(1), Buffer.alloc(1)]);
  const [idle, used, kept] = [
    cursors.add('a.b', source()),
    cursors.add('a.b', source()),
    cursors.add('a.b', source(), { isKept: true }),
  ];

  now = cursorIdleMsMax;
  finish(cursors.next(used, 'a.b', request));
  now += 1;
  cursors.sweep();

  expect(() => finish(cursors.next(idle, 'a.b', request))).toThrow('not found');
  expect(finish(cursors.next(used, 'a.b', request)).documents.count).toBe(1);
  expect(finish(cursors.next(kept, 'a.b', request)).documents.count).toBe(1);
});

test('splits batches at 1 MiB, unless there is only one', async () => {
  const { server } = await startWithNumbers(1);
  await using _ = server;
  const large = server.db.collection<{ _id: number; text: string }>('large');
  const text = 'x'.repeat(400 * 1024);
  for (const _id of [1, 2, 3]) await large.insertOne({ _id, text });

  const { cursor } = await server.db.command({ find: 'large', filter: {} });
  const only = await server.db.command({ find: 'large', filter: {}, singleBatch: true });

  expect(cursor.firstBatch).toHaveLength(2);
  expect(only['cursor'].firstBatch).toHaveLength(3);
  expect((await large.find().toArray()).map(({ _id }) => _id)).toEqual([1, 2, 3]);
});
