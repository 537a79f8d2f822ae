import { TRPCError } from '@trpc/server';
import { startTestServer } from '@whisper/server/testing';
import { fillChats } from '@whisper/server/testing/fill-chats';
import { expect, it, vi } from 'vitest';
import { openDevice } from '../../test/people.ts';

it('an outbox sends to 520 chats in one tick, also through the rate limit', async () => {
  await using server = await startTestServer({ env: { RATE_LIMITS: 'on' } });
  const spend = vi.spyOn(server.app.rateLimits, 'spend').mockResolvedValue();
  const alice = await openDevice(server.url, 'alice');
  const chatIds = await fillChats(server, alice.api, 520);
  let spent = 0;
  spend.mockImplementation(async () => {
    spent += 1;
    if (spent <= 520 && spent % 3 === 0) throw new TRPCError({ code: 'TOO_MANY_REQUESTS' });
  });

  for (const chatId of chatIds) alice.store.send(chatId, 'hello');
  const { outbox } = await alice.store.when(
    (snapshot) => snapshot.outbox.length === 0 || snapshot.outbox.some(({ failure }) => failure),
  );

  expect(outbox).toEqual([]);
  expect(await server.app.db.collection('messages').countDocuments()).toBe(520);
}, 90_000);
