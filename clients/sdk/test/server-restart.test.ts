import { ServerProcess } from '@whisper/server/testing';
import { it } from 'vitest';
import { meOf, openConversation, openDevice, sees } from './people.ts';

it('carries on by itself when the server is killed in mid-conversation and started again', async () => {
  await using server = await ServerProcess.start();
  const { alice, bob, chatId } = await openConversation(server);
  const texts = Array.from({ length: 40 }, (_, index) => `message ${index + 1}`);

  for (const text of texts.slice(0, 20)) alice.store.send(chatId, text);
  await alice.store.when(({ outbox }) => outbox.length < 10);
  await server.kill();
  for (const text of texts.slice(20)) alice.store.send(chatId, text);
  await server.start();

  await Promise.all([alice, bob].map((client) => sees(client, chatId, texts)));
  bob.store.send(chatId, 'and back');
  await sees(alice, chatId, [...texts, 'and back']);
  const later = await openDevice(server.url, 'bob');
  await later.store.openChat(chatId);
  await sees(later, chatId, [...texts, 'and back']);
  await later.store.when(({ online }) => online.has(meOf(alice).id));
});
