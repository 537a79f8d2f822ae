import { transformer as superjson } from '@whisper/shared';
import { describe, expect, it, test } from 'vitest';
import { startTestServer } from '../../testing/index.ts';
import { transformer } from '../../platform/transformer.ts';

type Encoded = Parameters<typeof superjson.deserialize>[0];

const refusal = 'An input holds JSON, dates and undefined, and nothing else';

test('reads what clients send', () => {
  const input = { at: new Date(0), note: undefined, tags: ['a', { 'b.c': [new Date(1)] }], nothing: null };

  expect(transformer.input.deserialize(superjson.serialize(input))).toEqual(input);
  expect(transformer.input.deserialize(superjson.serialize(undefined))).toBeUndefined();
  expect(transformer.input.deserialize(undefined)).toBeUndefined();
});

const dates = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [n, ['Date']]));

/** What superjson would decode, or would take seconds or gigabytes to. */
const refused: Record<string, unknown> = {
  'a set': superjson.serialize({ a: new Set([1]) }),
  'a map': superjson.serialize({ a: new Map([[1, 2]]) }),
  'a regular expression': superjson.serialize({ a: /a+$/ }),
  'a big integer': superjson.serialize({ a: 1n }),
  'an error': superjson.serialize({ a: new Error('a') }),
  'a URL': superjson.serialize({ a: new URL('http://a') }),
  'not a number': superjson.serialize({ a: Number.NaN }),
  'a value twice': { json: { a: {}, b: {} }, meta: { referentialEqualities: { a: ['b'] }, v: 1 } },
  'a symbol': { json: 'a', meta: { values: [['symbol', 'a']], v: 1 } },
  'a custom type': { json: 'a', meta: { values: [['custom', 'a']], v: 1 } },
  'a class': { json: {}, meta: { values: [['class', 'a']], v: 1 } },
  'a typed array': {
    json: { a: [2 ** 27] },
    meta: { values: { a: [['typed-array', 'Float64Array']] }, v: 1 },
  },
  'a set with many paths': {
    json: Array(1_000).fill({}),
    meta: { v: 1, values: ['set'], referentialEqualities: { 999: Array(1_000).fill('999') } },
  },
  'many dates': { json: [], meta: { values: dates(101), v: 1 } },
  'an annotation below another': { json: [['a']], meta: { values: { 0: ['Date', { 0: ['Date'] }] } } },
  'another version': { json: 1, meta: { v: 0 } },
  'no object': 'a',
  'no object of annotations': { json: 1, meta: 'a' },
};

describe('an input', () => {
  it.each(Object.entries(refused))('cannot hold %s', (_, encoded) => {
    expect(() => transformer.input.deserialize(encoded as Encoded)).toThrow(refusal);
  });

  it('is refused with BAD_REQUEST on every wire', async () => {
    await using server = await startTestServer();
    const alice = await server.signIn('alice');
    const input = encodeURIComponent(JSON.stringify(refused['a set with many paths']));
    const headers = { authorization: `Bearer ${alice.token}` };
    const answers = await Promise.all([
      fetch(`${server.url}/trpc/chat.get?input=${input.slice(0, 12_000)}`, { headers }),
      fetch(`${server.url}/trpc/chat.openDirect`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(refused['a set with many paths']),
      }),
    ]);

    expect(answers.map(({ status }) => status)).toEqual([400, 400]);
    expect(await answers[1]?.json()).toMatchObject({ error: { json: { message: refusal } } });
    // The client encodes what it is given, which the types would not allow.
    const sent = alice.socketApi.chat.get.query({ chatId: new Set(['a']) } as never);
    await expect(sent).rejects.toMatchObject({ message: refusal, data: { code: 'BAD_REQUEST' } });
  });
});
