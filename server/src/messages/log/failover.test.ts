import type { MessageEvent } from '@whisper/shared';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { collect, startTestServer, type TestServer } from '../../testing/index.ts';
import { ReplicaSetFront, type WireFault } from '../../testing/replica-set-front.ts';

let front: ReplicaSetFront;
let server: TestServer;

beforeAll(async () => {
  front = await ReplicaSetFront.open(inject('mongoUri'));
  const mongoUri = front.uriOf(`test-${randomUUID()}`);
  server = await startTestServer({ sameDatabaseAs: { mongoUri }, isAlone: true });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await front[Symbol.asyncDispose]();
});

/** Two people in a fresh chat, of whom one watches what the other sends. */
async function open() {
  const [alice, bob] = await Promise.all(
    ['alice', 'bob'].map((name) => server.signIn(`${name} ${randomUUID().slice(0, 8)}`)),
  );
  if (!alice || !bob) throw new Error('Nobody came');
  const chat = await alice.api.chat.openDirect.mutate({ userId: bob.me.id });
  const events = collect<{ data: MessageEvent }>((on) =>
    bob.api.message.onEvent.subscribe({ chatId: chat.id }, on),
  );
  await events.until((items) => items.length === 1);
  const send = (text: string, clientId = randomUUID()) =>
    alice.api.message.send.mutate({ chatId: chat.id, text, clientId });
  const seen = async (count: number) => {
    const items = await events.until((all) => all.length > count);
    return items.flatMap(({ data }) => (data.type === 'created' ? [data.message.text] : [data.type]));
  };
  const stored = async () =>
    (await alice.api.message.list.query({ chatId: chat.id })).messages.map(({ text }) => text);
  return { send, seen, stored };
}

const label = { errorLabels: ['RetryableWriteError'] };
const notPrimary = { code: 10_107, codeName: 'NotWritablePrimary', errmsg: 'not primary', ...label };
const steppedDown = { code: 189, codeName: 'PrimarySteppedDown', errmsg: 'stepping down', ...label };
const shutsDown = { writeConcernError: { code: 91, errmsg: 'shutting down' }, ...label };
const noMajority = { writeConcernError: { code: 64, errmsg: 'waiting for replication timed out' } };

const insert = (fault: Omit<WireFault, 'command'>): WireFault => ({ command: 'insert', ...fault });

describe('when the primary of a replica set', () => {
  it.each([
    ['is not the primary any more', [insert({ refusal: notPrimary })]],
    ['steps down before it writes', [insert({ refusal: steppedDown })]],
    ['writes, and its answer is lost', [insert({ dropsAnswer: true })]],
    ['writes, and ends before a majority has it', [insert({ addition: shutsDown })]],
  ])('%s, the driver asks again: the message is stored once and nobody notices', async (_what, faults) => {
    const { send, seen, stored } = await open();
    await send('before');
    const askedBefore = front.asked.filter((name) => name === 'insert').length;
    front.faults.push(...faults);

    await send('hello');
    await send('after');

    expect(await seen(3)).toEqual(['synced', 'before', 'hello', 'after']);
    expect(await stored()).toEqual(['before', 'hello', 'after']);
    expect(front.asked.filter((name) => name === 'insert').length).toBe(askedBefore + 3);
  });

  it.each([
    [
      'is not there for the second time either',
      [insert({ refusal: notPrimary }), insert({ refusal: notPrimary })],
    ],
    ['writes, and both answers are lost', [insert({ dropsAnswer: true }), insert({ dropsAnswer: true })]],
    ['writes, and no majority has it in time', [insert({ addition: noMajority })]],
  ])('%s, the send is refused as retryable, and its repeat is stored once', async (_what, faults) => {
    const { send, seen, stored } = await open();
    await send('before');
    const clientId = randomUUID();
    front.faults.push(...faults);

    await expect(send('hello', clientId)).rejects.toMatchObject({
      data: { code: 'SERVICE_UNAVAILABLE', isRetryable: true },
    });
    await send('hello', clientId);
    await send('after');

    expect(await seen(3)).toEqual(['synced', 'before', 'hello', 'after']);
    expect(await stored()).toEqual(['before', 'hello', 'after']);
  });

  it('fails while many messages are sent, every message is stored once, in an order all agree on', async () => {
    const { send, seen, stored } = await open();
    const texts = Array.from({ length: 60 }, (_, index) => `message ${index}`);
    front.faults.push(
      ...[{ refusal: notPrimary }, { dropsAnswer: true as const }, { addition: noMajority }].map(insert),
    );

    await Promise.all(
      texts.map(async (text) => {
        const clientId = randomUUID();
        for (let isSent = false; !isSent; ) {
          isSent = await send(text, clientId).then(
            () => true,
            () => false,
          );
        }
      }),
    );

    const all = (await seen(60)).slice(1);
    expect(await stored()).toEqual(all);
    expect([...all].sort()).toEqual([...texts].sort());
  });
});
