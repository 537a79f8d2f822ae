import { ServerProcess } from '@whisper/server/testing';
import { expect, it, vi } from 'vitest';
import { ChatProcess } from './chat-process.ts';

it('carries two people through a killed server, with every message on both screens once', async () => {
  await using server = await ServerProcess.start();
  await using alice = new ChatProcess({ url: server.url, as: 'alice', with: 'bob' });
  await using bob = new ChatProcess({ url: server.url, as: 'bob', with: 'alice' });
  await Promise.all([alice.shows('* Talking to bob'), bob.shows('* Talking to alice')]);
  for (let index = 1; index <= 10; index += 1) alice.type(`before ${index}`);
  await Promise.all([alice.shows('you: before 10'), bob.shows('alice: before 10')]);

  await server.kill();
  await Promise.all([alice, bob].map((person) => person.shows('* No connection to the server')));
  for (let index = 1; index <= 10; index += 1) alice.type(`during ${index}`);
  await vi.waitFor(() => expect(bob.keeps('before 10')).toBe(true), { timeout: 30_000 });
  await using later = new ChatProcess({ url: server.url, as: 'bob', with: 'alice', from: bob });
  later.type('written later');
  await later.shows('… written later (waits for the connection)');
  later.type('/delete');
  later.type('/quit');
  expect(await later.exited).toBe(0);
  expect(later.messages).toEqual(bob.messages);
  await server.start();
  await Promise.all([alice, bob].map((person) => person.shows('* Connected again')));
  await bob.shows('alice: during 10');
  bob.type('and back');

  await Promise.all([alice.shows('bob: and back'), bob.shows('you: and back')]);
  const texts = ['before', 'during'].flatMap((when) =>
    Array.from({ length: 10 }, (_, index) => `${when} ${index + 1}`),
  );
  expect(alice.messages).toEqual([...texts.map((text) => `you: ${text}`), 'bob: and back']);
  expect(bob.messages).toEqual([...texts.map((text) => `alice: ${text}`), 'you: and back']);
  expect(await Promise.all([alice.end(), bob.end()])).toEqual([0, 0]);
});
