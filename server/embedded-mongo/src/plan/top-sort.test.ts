import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileSortKey } from '../query/sort.ts';
import { noDeadline } from '../pace/deadline.ts';
import { sortBytesMax, TopSort } from './top-sort.ts';

test('gives the first of all in order, equal ones as they came', () => {
  const property = fc.property(fc.array(fc.nat(5), { maxLength: 40 }), fc.nat(10), (values, limit) => {
    const rows = values.map((a, order) => ({ a, order }));
    const top = new TopSort<{ bytes: Buffer; order: number }>(compileSortKey({ a: -1 }), limit);
    for (const { a, order } of rows) top.add({ a }, { bytes: Buffer.alloc(1), order });
    const sorted = [...rows].sort((x, y) => y.a - x.a || x.order - y.order).slice(0, limit || rows.length);

    expect([...top.take(noDeadline)]).toMatchObject(sorted.map(({ order }) => ({ order })));
  });
  fc.assert(property);
});

test('refuses to sort more than 100 MiB in memory, unless only the top is asked for', () => {
  const bytes = Buffer.allocUnsafe(sortBytesMax / 4);
  const all = new TopSort(compileSortKey({ a: 1 }), 0);
  const top = new TopSort(compileSortKey({ a: 1 }), 2);

  for (let a = 0; a < 4; a++) all.add({ a }, { bytes });
  for (let a = 0; a < 10; a++) top.add({ a }, { bytes });

  expect(() => all.add({ a: 4 }, { bytes })).toThrow('Sort exceeded memory limit');
  expect([...top.take(noDeadline)]).toHaveLength(2);
});
