import { transformer as superjson } from '@whisper/shared';
import { expect, test } from 'vitest';
import { startTestServer } from '../../testing/index.ts';
import { transformer } from '../../platform/transformer.ts';

const lengthOnly = (length: number) => ({
  json: { chatId: [length] },
  meta: { values: { 'chatId.0': [['typed-array', 'Float64Array']] }, v: 1 },
});

test('reads what clients send', () => {
  const input = { at: new Date(0), note: undefined, tags: new Set(['a']) };

  expect(transformer.input.deserialize(superjson.serialize(input))).toEqual(input);
  expect(superjson.deserialize(lengthOnly(8) as never)).toEqual({ chatId: [new Float64Array(8)] });
});

test('reserves no memory for a typed array that a client names', async () => {
  await using server = await startTestServer();
  const token = await server.tokenFor('alice');
  const input = encodeURIComponent(JSON.stringify(lengthOnly(2 ** 27)));

  const response = await fetch(`${server.url}/trpc/chat.get?input=${input}`, {
    headers: { authorization: `Bearer ${token}` },
  });

  expect(() => transformer.input.deserialize(lengthOnly(2 ** 27) as never)).toThrow('typed arrays');
  expect([response.status, await response.json()]).toMatchObject([
    400,
    { error: { json: { message: 'The input cannot hold typed arrays' } } },
  ]);
});
