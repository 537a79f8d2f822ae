import { ServerProcess, startTestServer } from '@whisper/server/testing';
import { expect, it } from 'vitest';
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
}, 60_000);

it('waits for a person who has not been here yet, answers commands and shows the last messages', async () => {
  await using server = await startTestServer();
  await using carol = new ChatProcess({ url: server.url, as: 'carol', with: 'dave' });
  await carol.shows('* dave has not been here yet');
  await using dave = new ChatProcess({ url: server.url, as: 'dave', with: 'carol' });
  await Promise.all([carol.shows('* Talking to dave'), dave.shows('* Talking to carol')]);

  for (let index = 1; index <= 25; index += 1) carol.type(`message ${index}`);
  carol.type('/who');
  carol.type('/people');
  await Promise.all([carol.shows('talking to dave (online)'), carol.shows('● dave')]);
  expect(await carol.end()).toBe(0);
  await dave.shows('carol: message 25');
  dave.type('/quit');
  expect(await dave.end()).toBe(0);

  await using again = new ChatProcess({ url: server.url, as: 'dave', with: 'carol' });
  await again.shows('carol: message 25');
  expect(again.messages).toHaveLength(20);
  expect(again.messages[0]).toBe('carol: message 6');
}, 60_000);

it('says what is missing, and that a server cannot be reached', async () => {
  await using nobody = new ChatProcess({ url: 'http://127.0.0.1:1', as: '', with: 'bob' });
  await nobody.shows('Say it with --as NAME');
  expect(await nobody.end()).toBe(1);

  await using alice = new ChatProcess({ url: 'http://127.0.0.1:1', as: 'alice', with: 'bob' });
  await alice.shows('* No connection to the server, trying again');
});
