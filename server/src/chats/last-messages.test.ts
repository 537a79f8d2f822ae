import type { MessageId } from '@whisper/shared';
import { expect, test } from 'vitest';
import { createLogger } from '../platform/logger.ts';
import { ManualClock, startTestServer } from '../testing/index.ts';
import { LastMessages } from './last-messages.ts';

test('what other processes are told of stands in the chat without waiting for more', async () => {
  await using server = await startTestServer({ isAlone: true });
  const [alice, bob] = [await server.signIn('alice'), await server.signIn('bob')];
  const { id: chatId } = await alice.api.chat.openDirect.mutate({ userId: bob.me.id });
  const lastSeq = async () => (await bob.api.chat.get.query({ chatId })).lastSeq;
  const [clock, log] = [new ManualClock(), createLogger('silent')];
  const elsewhere = new LastMessages({ db: server.app.db, clock, log, isShared: true });
  const sent = { chatId, senderId: alice.me.id, mark: 'inChat', sentAt: new Date() } as const;

  for (const seq of [1, 2]) elsewhere.record({ ...sent, messageId: 'e'.repeat(24) as MessageId, seq });

  await expect.poll(lastSeq).toBe(2);
});
