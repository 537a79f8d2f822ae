import fc, { type Arbitrary } from 'fast-check';

const rawText = /"<<(?:[^"\\]|\\.)*>>"/g;

/** Stands in a value for JSON that no value of JavaScript becomes. */
const raw = (json: string) => `<<${json}>>`;

/** JSON of a value that may hold `raw` parts. Lone surrogates are escaped, as JSON.stringify does. */
export function toJson(value: unknown): string {
  const text = JSON.stringify(value) ?? 'null';
  return text.replace(rawText, (quoted) => String(JSON.parse(quoted)).slice(2, -2));
}

const nested = (open: string, depth: number, close: string) => raw(open.repeat(depth) + close.repeat(depth));

const odd = fc.constantFrom<unknown>(
  '',
  ' ',
  '\0',
  'a\0b',
  '\ud800',
  'x\udc00',
  '\u202e\u200b\ufeff',
  '__proto__',
  'constructor',
  '$where',
  '💥'.repeat(300),
  'e\u0301'.repeat(500),
  'x'.repeat(8_001),
  null,
  true,
  false,
  0,
  -1,
  0.5,
  2 ** 53,
  -(2 ** 53),
  [],
  {},
  [[]],
  raw('1e999'),
  raw('-1e999'),
  raw('-0'),
  raw('1e-400'),
  raw('9'.repeat(400)),
  raw('{"__proto__":{"isAdmin":true}}'),
  raw('{"constructor":{"prototype":{"polluted":1}}}'),
  raw('{"a":1,"a":2}'),
  { $ne: null },
  { $gt: '' },
  { $in: ['x'] },
  { $where: 'true' },
  { $regex: '.*' },
  { $expr: { $eq: [1, 1] } },
  { $oid: '0'.repeat(24) },
  { $date: 'now' },
  { _bsontype: 'ObjectId', id: 'x'.repeat(12) },
  { _bsontype: 'Code', code: 'while(1);' },
  { toString: 'x', valueOf: null, toJSON: 1, length: -1 },
);

const heavy = fc.constantFrom<unknown>(
  'x'.repeat(100_000),
  '\ud800'.repeat(10_000),
  nested('[', 3_000, ']'),
  nested('[', 60_000, ']'),
  nested('{"a":', 20_000, ''),
  raw(`${'{"chatId":'.repeat(5_000)}1${'}'.repeat(5_000)}`),
  Array.from({ length: 5_000 }, () => null),
  Object.fromEntries(Array.from({ length: 3_000 }, (_, n) => [`k${n}`, n])),
);

const beyondBounds = fc.constantFrom<unknown>(
  'x'.repeat(3 * 1024 * 1024),
  Array.from({ length: 30_000 }, () => ({})),
);

/** Anything that an input should not be. */
export const hostileValues: Arbitrary<unknown> = fc.oneof(
  { weight: 60, arbitrary: odd },
  { weight: 10, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  { weight: 10, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
  { weight: 4, arbitrary: heavy },
  { weight: 1, arbitrary: beyondBounds },
);

const paths = fc.constantFrom(
  '',
  'text',
  'chatId',
  'clientId',
  'a.b.c',
  '__proto__',
  '__proto__.polluted',
  'constructor.prototype.polluted',
  'json',
  '0',
  '-1',
  'x\\.y',
);
const annotations = fc.constantFrom<unknown>(
  ['Date'],
  ['undefined'],
  ['bigint'],
  ['number'],
  ['regexp'],
  ['map'],
  ['set'],
  ['set', { 0: ['set'] }],
  ['map', { '0.0': ['Date'] }],
  ['URL'],
  ['Error'],
  [['typed-array', 'Float64Array']],
  [['typed-array', 'constructor']],
  [['symbol', 'x']],
  [['class', 'Object']],
  [['custom', 'x']],
  [],
  'Date',
  ['nothing'],
  { 0: ['Date'] },
);
const manyAnnotations = Object.fromEntries(Array.from({ length: 2_000 }, (_, n) => [`a${n}`, ['Date']]));

/** Superjson's metadata: of every kind, of none, and too much of it. */
export const hostileMetas: Arbitrary<unknown> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record(
      {
        v: fc.constantFrom<unknown>(1, 1, 0, 99, 'x'),
        values: fc.oneof(annotations, fc.dictionary(paths, annotations, { maxKeys: 4 })),
        referentialEqualities: fc.oneof(
          fc.dictionary(paths, fc.array(paths, { maxLength: 4 }), { maxKeys: 3 }),
          fc.array(fc.dictionary(paths, fc.array(paths)), { maxLength: 2 }),
        ),
      },
      { requiredKeys: [] },
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom<unknown>(
      null,
      [],
      'x',
      1,
      { values: manyAnnotations },
      { values: raw('{"__proto__":["Date"]}') },
      { values: ['set'], referentialEqualities: { 3_999: Array.from({ length: 3_000 }, () => '3999') } },
    ),
  },
);

/** A text that was cut, flipped or stretched on its way; bytes, because it need not be UTF-8 any more. */
export function torn(text: Arbitrary<string>): Arbitrary<Buffer> {
  const tear = fc.constantFrom<(bytes: Buffer, at: number) => Buffer>(
    (bytes) => bytes,
    (bytes, at) => bytes.subarray(0, at),
    (bytes, at) => bytes.subarray(at),
    (bytes, at) =>
      Buffer.concat([bytes.subarray(0, at), Buffer.from([0xff, 0xc0, 0x80]), bytes.subarray(at)]),
    (bytes, at) => Buffer.concat([bytes.subarray(0, at), Buffer.from([0]), bytes.subarray(at)]),
    (bytes) => Buffer.concat([bytes, bytes]),
    (bytes) => Buffer.concat([Buffer.from('\ufeff'), bytes]),
  );
  const whole = fc.constant((bytes: Buffer) => bytes);
  return fc
    .tuple(text, fc.oneof({ weight: 5, arbitrary: whole }, { weight: 2, arbitrary: tear }), fc.nat(400))
    .map(([each, change, at]) => change(Buffer.from(each), at));
}
