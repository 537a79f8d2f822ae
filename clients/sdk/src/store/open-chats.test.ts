import { startTestServer } from '@whisper/server/testing';
import { ChatIdSchema } from '@whisper/shared';
import { expect, it } from 'vitest';
import { openConversation } from '../../test/people.ts';

it('keeps a chat while it is held in one place, and of those that were let go the last twenty', async () => {
  await using server = await startTestServer();
  const { alice, chatId } = await openConversation(server);
  const [once, twice] = [alice.store.holdChat(chatId), alice.store.holdChat(chatId)];
  const opened = () => [...alice.store.getSnapshot().open.keys()];
  const others = Array.from({ length: 30 }, (_, index) =>
    ChatIdSchema.parse((index + 1).toString(16).padStart(24, '0')),
  );

  for (const other of others) alice.store.holdChat(other)();
  once();
  once();
  expect(opened()).toEqual([chatId, ...others.slice(-20)]);

  twice();
  expect(opened()).toEqual([chatId, ...others.slice(-19)]);
  for (const other of others) alice.store.holdChat(other)();
  expect(opened()).toEqual(others.slice(-20));
});
