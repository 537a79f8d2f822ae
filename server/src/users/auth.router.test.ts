import { TRPCClientError } from '@trpc/client';
import { expect, test } from 'vitest';
import { startTestServer } from '../testing/index.ts';

const refusal = (code: string) => expect.objectContaining({ data: expect.objectContaining({ code }) });

test('me and sync say who I am', async () => {
  await using server = await startTestServer();
  const alice = await server.signIn('alice');
  const me = await alice.api.auth.me.query();
  expect(me).toMatchObject({ name: 'alice', email: 'alice@example.test', avatar: null });
  expect(me.createdAt).toBeInstanceOf(Date);
  expect(await alice.api.auth.sync.mutate()).toEqual(me);
});

test('refresh answers when the new token expires, on both wires', async () => {
  await using server = await startTestServer();
  const alice = await server.signIn('alice');
  for (const api of [alice.api, alice.socketApi]) {
    const { expiresAt } = await api.auth.refresh.mutate({ token: await server.tokenFor('alice') });
    expect(expiresAt.getTime()).toBeGreaterThan(Date.now());
  }
});

test('refresh refuses another person’s token and a bad one', async () => {
  await using server = await startTestServer();
  const alice = await server.signIn('alice');
  const refresh = (token: string) => alice.socketApi.auth.refresh.mutate({ token });
  await expect(refresh(await server.tokenFor('bob'))).rejects.toEqual(refusal('FORBIDDEN'));
  await expect(refresh('not.a.token')).rejects.toEqual(refusal('UNAUTHORIZED'));
  await expect(refresh('')).rejects.toEqual(refusal('BAD_REQUEST'));
  await expect(refresh('')).rejects.toBeInstanceOf(TRPCClientError);
});
