import fc from 'fast-check';
import superjson from 'superjson';
import { expect, it } from 'vitest';
import { transformer } from './transformer.ts';

const anything = fc.anything({
  withDate: true,
  withMap: true,
  withSet: true,
  withBigInt: true,
  withNullPrototype: true,
});

const sent = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.string(),
    fc.double(),
    fc.boolean(),
    fc.constantFrom(null, undefined),
    fc.date(),
    fc.array(tie('value')),
    fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('a.b', 'a\\b', '')), tie('value')),
  ),
})).value;

it.each([
  ['what is sent', sent],
  ['anything', anything],
])('writes %s as superjson does', (_, arbitrary) => {
  fc.assert(
    fc.property(arbitrary, (value) => {
      expect(attempt(() => transformer.serialize(value))).toEqual(attempt(() => superjson.serialize(value)));
    }),
    { numRuns: 1_000 },
  );
});

it('reads back what was sent', () => {
  const at = new Date(0);
  const person = { id: 'a', name: 'Ann', seenAt: at, avatar: null, email: undefined };
  const value = { messages: [{ sender: person, at, seq: 1, mentions: [] }, { sender: person }], more: false };
  expect(transformer.parse(transformer.stringify(value))).toStrictEqual(value);
  expect(transformer.deserialize(transformer.serialize(value))).toStrictEqual(value);
});

it('says of a value in two places only what it is', () => {
  const at = new Date(0);
  expect(transformer.serialize([{ at }, { at }])).toEqual({
    json: [{ at: '1970-01-01T00:00:00.000Z' }, { at: '1970-01-01T00:00:00.000Z' }],
    meta: { values: { '0.at': ['Date'], '1.at': ['Date'] }, v: 1 },
  });
});

it('ends on a circle', () => {
  const circle: Record<string, unknown> = { name: 'round' };
  circle['self'] = circle;
  expect(transformer.serialize(circle)).toEqual(superjson.serialize(circle));
});

function attempt(write: () => unknown): unknown {
  try {
    return write();
  } catch (error) {
    return error instanceof Error ? error.message : error;
  }
}
