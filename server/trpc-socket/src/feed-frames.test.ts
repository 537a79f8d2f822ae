import { initTRPC, type TRPCDataTransformer } from '@trpc/server';
import superjson from 'superjson';
import { expect, test } from 'vitest';
import { EventTexts } from './event-texts.ts';
import { FeedFrames, framePrefix } from './feed-frames.ts';

const at = new Date('2030-01-01T00:00:00Z');

function createFrames(transformer?: TRPCDataTransformer) {
  const t = initTRPC.create(transformer && { transformer });
  const router = t.router({});
  const serialize = (value: unknown): unknown => router._def._config.transformer.output.serialize(value);
  return { frames: new FeedFrames(new EventTexts(serialize), 2), serialize };
}

/** Hides its strings, as an encrypting one does. */
const opaque: TRPCDataTransformer = {
  serialize: (value) => Buffer.from(JSON.stringify(value ?? null)).toString('base64'),
  deserialize: (text: string) => JSON.parse(Buffer.from(text, 'base64').toString()),
};

const payloadOf = (frame: Buffer) => frame.subarray(frame[1] === 126 ? 4 : 2).toString();

test.for([
  ['no transformer', undefined],
  ['superjson', superjson],
  ['a transformer that hides its strings', opaque],
] as const)('words events as tRPC does, with %s', ([, transformer]) => {
  const { frames, serialize } = createFrames(transformer);
  const data = { text: 'a "quoted" ünï', at, twice: [at, at] };
  const prefix = framePrefix(1, '2.0');

  for (const id of ['one', 'a "second" ünï', '']) {
    const result = { type: 'data', data: serialize({ id, data }), id };
    const expected = JSON.stringify({ id: 1, jsonrpc: '2.0', result });
    expect(payloadOf(frames.frameOf({ data, id }, prefix))).toBe(expected);
  }
  const bare = JSON.stringify({ id: 1, jsonrpc: '2.0', result: { type: 'data', data: serialize(data) } });
  expect(payloadOf(frames.frameOf({ data }, prefix))).toBe(bare);
  const nothing = JSON.stringify({ id: 1, result: { type: 'data', data: serialize(undefined) } });
  expect(payloadOf(frames.frameOf({ data: undefined }, framePrefix(1, undefined)))).toBe(nothing);
});

test('serializes an event once, under whatever ids and for whatever subscriptions', () => {
  let serialized = 0;
  const serialize = (value: unknown) => {
    serialized += 1;
    return superjson.serialize(value);
  };
  const { frames } = createFrames({ serialize, deserialize: superjson.deserialize });
  const data = { text: 'hi', at };

  for (const id of ['of the chat', 'of the person']) {
    for (const subscription of [1, 2, 3, 'four']) {
      frames.frameOf({ data, id }, framePrefix(subscription, undefined));
    }
  }
  expect(serialized).toBe(1);

  frames.frameOf({ data: { ...data }, id: 'of the chat' }, framePrefix(1, undefined));
  expect(serialized).toBe(2);
});

test('takes the text of an event that was encoded elsewhere', () => {
  const elsewhere = new EventTexts((value) => superjson.serialize(value));
  const { pieces } = elsewhere.of({ text: 'hi', at });
  const texts = new EventTexts(() => 'never asked');
  const data = { text: 'hi', at };
  texts.remember(data, pieces ?? ['', '']);

  const frame = new FeedFrames(texts, 2).frameOf({ data, id: '7' }, framePrefix(1, undefined));

  const result = { type: 'data', data: superjson.serialize({ id: '7', data }), id: '7' };
  expect(payloadOf(frame)).toBe(JSON.stringify({ id: 1, result }));
});

test('gives subscriptions of the same id the very same bytes, and remembers so many', () => {
  const { frames } = createFrames();
  const item = { data: { text: 'hi' }, id: 'x' };
  const frameOf = (subscription: number) => frames.frameOf({ ...item }, framePrefix(subscription, undefined));

  const first = [1, 2, 3].map(frameOf);

  expect([1, 2, 3].map((id, index) => frameOf(id) === first[index])).toEqual([true, true, false]);
  expect(frameOf(3)).toEqual(first[2]);
});
