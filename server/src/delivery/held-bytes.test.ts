import { expect, it } from 'vitest';
import { ManualClock } from '../testing/index.ts';
import { HeldBytes, heldBounds } from './held-bytes.ts';

/** What people hold, and in which order it was given up. */
function open() {
  const clock = new ManualClock();
  const held = new HeldBytes(clock);
  const released: string[] = [];
  const hold = (name: string, heldBytes: number) =>
    held.add(name.slice(0, 1), { heldBytes, release: () => released.push(name) });
  const check = () => clock.advance(heldBounds.checkIntervalMs);
  return { held, released, hold, check };
}

const { personMax, personHardMax, totalMax } = heldBounds;

it('has room for a person until they hold as much as they may', () => {
  const { held, hold } = open();
  const forget = hold('a1', personMax - 10);

  expect([held.hasRoomFor('a', 10), held.hasRoomFor('a', 11), held.hasRoomFor('b', 11)]).toEqual([
    true,
    false,
    true,
  ]);
  forget();
  expect(held.hasRoomFor('a', 11)).toBe(true);
});

it('gives up what holds most for a person who holds far too much', () => {
  const { held, released, hold, check } = open();
  hold('a1', 100);
  hold('a2', personHardMax);
  hold('b1', personMax);

  check();

  expect(released).toEqual(['a2']);
  expect([held.of('a'), held.total]).toEqual([100, 100 + personMax]);
});

it('gives up what holds most of all when all hold too much, and grants less before', () => {
  const { held, released, hold, check } = open();
  const each = personHardMax - 1;
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].slice(0, Math.ceil(totalMax / each) + 1);
  for (const [index, name] of names.entries()) hold(name, each - index);

  check();

  expect(released).toEqual(names.slice(0, released.length));
  expect(held.total).toBeLessThanOrEqual(totalMax);
  expect(held.hasRoomFor('z', personMax / 2)).toBe(false);
  expect(held.hasRoomFor('z', personMax / 16)).toBe(true);
});
