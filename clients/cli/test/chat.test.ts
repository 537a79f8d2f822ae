import { startTestServer } from '@whisper/server/testing';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ChatProcess } from './chat-process.ts';

it('waits for a person who has not been here yet, answers commands and shows the last messages', async () => {
  await using server = await startTestServer();
  await using carol = new ChatProcess({ url: server.url, as: 'carol', with: 'dave' });
  await carol.shows('* dave has not been here yet');
  await using dave = new ChatProcess({ url: server.url, as: 'dave', with: 'carol' });
  await Promise.all([carol.shows('* Talking to dave'), dave.shows('* Talking to carol')]);

  for (let index = 1; index <= 25; index += 1) carol.type(`message ${index}`);
  await carol.typesUntil('/who', 'talking to dave (online)');
  await carol.typesUntil('/people', '● dave');
  await dave.shows('carol: message 25');
  carol.type('/find MESSAGE 2');
  await carol.shows('with dave, carol: message 25');
  carol.type('/find nothing');
  await carol.shows('* Nothing was found');
  const archive = join(await mkdtemp(join(tmpdir(), 'whisper-export-')), 'mine.zip');
  carol.type(`/export ${archive}`);
  await carol.shows(`* Everything of yours is in ${archive}`);
  expect((await readFile(archive)).subarray(0, 2).toString()).toBe('PK');
  carol.type('/erase');
  await carol.shows('* This deletes your account');
  expect(await carol.end()).toBe(0);
  await dave.shows('carol: message 25');
  dave.type('/quit');
  expect(await dave.end()).toBe(0);

  await using again = new ChatProcess({ url: server.url, as: 'dave', with: 'carol' });
  await again.shows('carol: message 25');
  expect(again.messages).toHaveLength(20);
  expect(again.messages[0]).toBe('carol: message 6');
});

it('says what is missing or cannot be, and ends', async () => {
  await using server = await startTestServer();
  const { url } = server;
  const ended = async (options: { as: string; with: string; url?: string }) => {
    await using chat = new ChatProcess({ url, ...options });
    expect(await chat.exited).toBe(1);
    return chat.lines.join('\n');
  };
  const [noName, badName, oneself, noUrl] = await Promise.all([
    ended({ as: '', with: 'bob' }),
    ended({ as: '!', with: 'bob' }),
    ended({ as: 'alice', with: 'Alice ' }),
    ended({ as: 'alice', with: 'bob', url: 'localhost:3000' }),
  ]);
  expect(noName).toMatch(/^! .*Say it with --as NAME/);
  expect(badName).toMatch(/^! http:.* gave no token for ! \(400\): .*a name/);
  expect(oneself).toBe('! One cannot chat with oneself. Name somebody else.');
  expect(noUrl).toMatch(/^! --url wants an address/);
});

it('names the address it cannot reach, and goes on trying', async () => {
  await using alice = new ChatProcess({ url: 'http://127.0.0.1:1', as: 'alice', with: 'bob' });
  await alice.shows('* No connection to the server at http://127.0.0.1:1, trying again');
});

it('shows what others wrote without obeying it, names too, and forges no line', async () => {
  await using server = await startTestServer();
  const mallory = await server.signIn('mallory');
  await mallory.api.auth.sync.mutate();
  const alice = await server.signIn('alice');
  const { id } = await alice.api.auth.sync.mutate();
  const chat = await mallory.api.chat.openDirect.mutate({ userId: id });
  const texts = [
    '\u001b]0;owned\u0007 \u001b]52;c;cm0gLXJm\u0007 \u001b[2J\u009b1A',
    'now\n21:00 you: I owe you\u2028* bob is online\r21:01 you: really',
    '\u202eevil\u202c',
  ];
  for (const text of texts) {
    await mallory.api.message.send.mutate({ chatId: chat.id, text, clientId: randomUUID() });
  }
  await server.signIn('eve').then((eve) => eve.api.auth.sync.mutate());
  const name = 'eve\u001b]2;owned\u0007\n21:00 you';
  await server.app.db.collection('users').updateOne({ name: 'eve' }, { $set: { name } });

  await using screen = new ChatProcess({ url: server.url, as: 'alice', with: 'mallory' });
  screen.type('/people');
  await Promise.all([screen.shows('evil'), screen.shows('eve␛]2;owned␇\n      │ 21:00 you')]);

  expect(screen.lines.join('')).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
  expect(screen.lines.join('\n')).toContain('␛]0;owned␇ ␛]52;c;cm0gLXJm␇ ␛[2J');
  expect(screen.messages.every((line) => line.startsWith('mallory: '))).toBe(true);
  expect(screen.lines.filter((line) => line.startsWith('      │ '))).toHaveLength(4);
});

it('sends texts that begin with a slash, files, which come with links, and no command that does not exist', async () => {
  await using server = await startTestServer();
  await using alice = new ChatProcess({ url: server.url, as: 'alice', with: 'bob' });
  await alice.shows('* In another terminal: npm run chat -- --as bob --url http://127.0.0.1:');
  await using bob = new ChatProcess({ url: server.url, as: 'bob', with: 'alice' });
  await Promise.all([alice.shows('* Talking to bob'), bob.shows('* Talking to alice')]);

  for (const line of ['/etc/hosts is a file', '//etc/hosts too', '/quti', '/with ALICE', '//who am I'])
    alice.type(line);

  await bob.shows('alice: /who am I');
  expect(bob.messages).toEqual(
    ['/etc/hosts is a file', '/etc/hosts too', '/who am I'].map((text) => `alice: ${text}`),
  );
  await Promise.all([alice.shows('* There is no /quti;'), alice.shows('! One cannot chat with oneself.')]);

  const folder = await mkdtemp(join(tmpdir(), 'whisper-send-'));
  await writeFile(join(folder, 'my notes.txt'), 'A note.');
  await writeFile(join(folder, 'empty.txt'), '');

  for (const argument of ['', `${folder}/none.txt`, folder, `${folder}/empty.txt`])
    alice.type(`/send ${argument}`);
  alice.type('/link');
  // A receipt may come between them.
  await Promise.all(
    [
      '! Say it like this: /send FILE WORDS, or /send "A FILE" WORDS',
      `! There is no file ${folder}/none.txt. One with blanks in its name stands in quotes: /send "A FILE"`,
      `! ${folder} is a folder, and only files are sent`,
      `! ${folder}/empty.txt is empty`,
      '! There is no file [1] here',
    ].map((line) => alice.shows(line)),
  );
  alice.type(`/send "${folder}/my notes.txt"`);
  await Promise.all(
    [alice, bob].map((person) => person.shows(': (a file)\n* [1] my notes.txt, 7 byte: http')),
  );
  alice.type(`/send ${folder}/my\\ notes.txt with words`);
  await bob.shows('alice: with words\n* [2] my notes.txt, 7 byte: http');
  bob.type('/link 1');
  await bob.shows('* [1] my notes.txt: http');
  bob.type('/find words');
  await bob.shows('with alice, alice: with words [2] my notes.txt');

  bob.type('/report 2 not mine');
  await bob.shows('* Moderators will look at “my notes.txt” of alice');
  bob.type('/report 99');
  await bob.shows('! There are ');
  bob.type('/report all of it');
  await bob.shows('* Moderators will look at it');
  const reports = await server.app.db.collection('reports').find().sort({ _id: 1 }).toArray();
  expect(reports.map(({ text }) => text)).toEqual(['not mine', 'all of it']);

  const links = bob.lines.flatMap((line) => /^\* \[.*: (http.*)$/.exec(line)?.[1] ?? []);
  expect(await Promise.all(links.map(async (link) => (await fetch(link)).text()))).toEqual(
    Array(3).fill('A note.'),
  );
  expect(await Promise.all([alice.end(), bob.end()])).toEqual([0, 0]);
  expect(alice.lines.join('\n')).not.toContain('Warning');
});

it('edits, deletes, reacts and replies, and shows what became of messages and that they were read', async () => {
  await using server = await startTestServer();
  await using alice = new ChatProcess({ url: server.url, as: 'alice', with: 'bob' });
  await using bob = new ChatProcess({ url: server.url, as: 'bob', with: 'alice' });
  await Promise.all([alice.shows('* Talking to bob'), bob.shows('* Talking to alice')]);
  alice.type('/edit too early');
  await alice.shows('! You have not written yet');

  alice.type('helo');
  await Promise.all([bob.shows('alice: helo'), alice.shows('✓ bob has read it')]);
  alice.type('/edit hello');
  await bob.shows('* alice edited “helo” to: hello');
  bob.type('/react 👍');
  await alice.shows('* bob reacted 👍 to “hello”');
  bob.type('/reply hi yourself');
  await alice.shows('bob: (to “hello”) hi yourself');
  bob.type('/delete');
  await alice.shows('* “hi yourself” (bob) was deleted');

  expect(await Promise.all([alice.end(), bob.end()])).toEqual([0, 0]);
  await using again = new ChatProcess({ url: server.url, as: 'bob', with: 'alice' });
  await again.shows('you: (deleted)');
  expect(again.messages).toEqual(['alice: hello (edited)', 'you: (deleted)']);
});

it('makes groups and talks in them, and says who is there and how far a message has come', async () => {
  await using server = await startTestServer();
  const carol = await server.signIn('carol');
  await carol.api.auth.sync.mutate();
  await using alice = new ChatProcess({ url: server.url, as: 'alice', with: 'carol' });
  await using bob = new ChatProcess({ url: server.url, as: 'bob', with: 'alice' });
  await Promise.all([alice.shows('* Talking to carol (offline)'), bob.shows('* Talking to alice')]);

  alice.type('hello carol');
  await alice.shows('✓ sent, not yet delivered to carol');
  const [direct] = (await carol.api.chat.list.query({})).chats;
  if (!direct) throw new Error('They have written');
  await carol.api.chat.markDelivered.mutate({ chatId: direct.id, seq: 1 });
  await alice.shows('✓ delivered to carol');
  await carol.api.chat.markRead.mutate({ chatId: direct.id, seq: 1 });
  await alice.shows('✓ carol has read it');

  for (const line of ['/group', '/group Nowhere', '/group Friends: bob, dave', '/group Friends: bob, carol'])
    alice.type(line);
  for (const line of ['/group Friends:', `/group ${'x'.repeat(101)}: bob`, 'x'.repeat(8_001)])
    alice.type(line);
  await Promise.all([
    alice.shows('! Say who is in it: /group NAME: PERSON, PERSON'),
    alice.shows('! This cannot be the name of a group: '),
    alice.shows('! This cannot be a message: '),
    alice.shows('* You are in no group yet\n! You are in no group called Nowhere\n! dave has not been here'),
    alice.shows('* Talking in Friends (3 people)'),
    bob.shows('* You are in the group Friends: /group Friends goes there'),
  ]);
  bob.type('/group friends');
  await bob.shows('* alice created the group “Friends”\n* alice added bob and carol');
  alice.type('hello all');
  await bob.shows('alice: hello all');
  bob.type('/react 👍');
  await alice.shows('* bob reacted 👍 to “hello all”');
  bob.type('/reply hello alice');
  await alice.shows('bob: (to “hello all”) hello alice');
  alice.type('/edit hello everybody');
  await bob.shows('* alice edited “hello all” to: hello everybody');
  await alice.typesUntil('/who', '* Your last message, “hello everybody”, was read by bob');
  await alice.typesUntil('/who', '* ● bob');
  const told = ['You are alice (open), in Friends: 3 people', '● alice, owner', '○ carol'];
  for (const line of told) expect(alice.lines).toContain(`* ${line}`);

  const [group] = (await carol.api.chat.list.query({})).chats;
  if (!group) throw new Error('She is in it');
  expect(group).toMatchObject({ kind: 'group', memberCount: 3 });
  await carol.api.chat.leave.mutate({ chatId: group.id });
  await bob.shows('* carol left');
  const owner = await server.signIn('alice');
  const { id: bobId } = await (await server.signIn('bob')).api.auth.me.query();
  await owner.api.chat.removeMember.mutate({ chatId: group.id, userId: bobId });
  await bob.shows('* You are not in Friends any more');
  expect(alice.lines.join()).not.toContain('You are in the group');
  expect(await Promise.all([alice.end(), bob.end()])).toEqual([0, 0]);
});
