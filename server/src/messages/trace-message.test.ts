import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openChat, startTestServer, type TestServer } from '../testing/index.ts';
import { traceMessage } from './trace-message.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const refusal = (code: string) => expect.objectContaining({ data: expect.objectContaining({ code }) });

it('tells its sender how far a message has come: stored, announced, waiting, delivered, read, changed', async () => {
  const { alice, bob, chat } = await openChat(server);
  const { id: messageId, createdAt } = await alice.api.message.send.mutate({
    chatId: chat.id,
    text: 'hello',
    clientId: randomUUID(),
  });
  const trace = () => alice.api.message.trace.query({ messageId });
  const reach = async () =>
    (await trace()).steps.flatMap((step) => (step.kind === 'reached' ? step.reach : []));

  expect(await trace()).toMatchObject({
    message: { id: messageId },
    peopleNotShown: 0,
    steps: [
      { kind: 'stored', at: createdAt, seq: 1, rev: 1 },
      { kind: 'announced', state: 'yes' },
      { kind: 'reached', user: { id: bob.me.id }, reach: 'waiting' },
    ],
  });
  await bob.api.chat.markDelivered.mutate({ chatId: chat.id, seq: 1 });
  expect(await reach()).toEqual(['delivered']);
  await bob.api.chat.markRead.mutate({ chatId: chat.id, seq: 1 });
  expect(await reach()).toEqual(['read']);
  await alice.api.message.edit.mutate({ messageId, text: 'hello again' });
  expect((await trace()).steps.at(-1)).toMatchObject({ kind: 'changed', rev: 2, what: 'edited' });
});

it('is its sender’s alone to ask; others in the chat are refused, and outside of it there is no such message', async () => {
  const { alice, bob, chat } = await openChat(server);
  const { id: messageId } = await alice.api.message.send.mutate({
    chatId: chat.id,
    text: 'hello',
    clientId: randomUUID(),
  });
  const carol = await server.signIn(`carol ${randomUUID().slice(0, 8)}`);
  await expect(bob.api.message.trace.query({ messageId })).rejects.toEqual(refusal('FORBIDDEN'));
  await expect(carol.api.message.trace.query({ messageId })).rejects.toEqual(refusal('NOT_FOUND'));
});

it('tells moderators besides what became of pushes, as far as that is known', async () => {
  const { alice, bob, chat } = await openChat(server);
  const carol = await server.signIn(`carol ${randomUUID().slice(0, 8)}`);
  const { id } = await alice.api.message.send.mutate({ chatId: chat.id, text: 'hi', clientId: randomUUID() });
  const viewer = { ...carol.me, user: carol.me, isHidden: false };
  const outcomes = [{ device: 'a phone', outcome: 'muted', at: null }] as const;
  const ask = (known: boolean) =>
    traceMessage(
      {
        ...server.app,
        findPushOutcomes: () => Promise.resolve(new Map(known ? [[bob.me.id, outcomes]] : [])),
      },
      { viewer, isModerator: true },
      id,
    );
  const pushedOf = async (known: boolean) => (await ask(known)).steps.filter(({ kind }) => kind === 'pushed');
  expect(await pushedOf(true)).toMatchObject([{ user: { id: bob.me.id }, outcomes }]);
  expect(await pushedOf(false)).toMatchObject([{ user: { id: bob.me.id }, outcomes: null }]);
});
