import type { MessageCreated } from '@whisper/shared';
import type { LegacyMessage } from '@whisper/shared/legacy';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { collect, openChat, startTestServer } from '../src/testing/index.ts';
import { LegacyClient } from '../src/testing/legacy/legacy-client.ts';

/** Any JavaScript string, with halves of surrogate pairs and characters that draw nothing. */
const anyText = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        'a',
        ' ',
        '\n',
        '\0',
        '\u200B',
        '\u2800',
        '\u0301',
        '\u202E',
        '👩‍👩‍👧',
        '\ud83d',
        '\udc00',
        '\uFFFF',
      ),
      fc.integer({ max: 0xffff }).map((unit) => String.fromCharCode(unit)),
      fc.string({ unit: 'binary', maxLength: 3 }),
    ),
    { minLength: 1, maxLength: 12 },
  )
  .map((parts) => parts.join(''));

test('any text is refused with a type, or the same in every answer, event and repeat, on every wire', async () => {
  await using server = await startTestServer();
  const { alice, bob, chat } = await openChat(server);
  const old = await LegacyClient.signIn(server, 'bob');
  const socket = await old.connect();
  const live = collect<{ readonly data: MessageCreated }>((observer) =>
    bob.api.message.onNew.subscribe({ chatId: chat.id, lastEventId: `${chat.id}:0` }, observer),
  );
  onTestFinished(() => live.stop());
  let sent = 0;
  const expected: string[] = [];

  await fc.assert(
    fc.asyncProperty(anyText, async (text) => {
      const input = { chatId: chat.id, text, clientId: `key ${(sent += 1)}` };
      const answer = await alice.api.message.send.mutate(input).catch((error: unknown) => error);
      if (answer instanceof Error) {
        expect(answer).toMatchObject({ data: { code: 'BAD_REQUEST' } });
        return;
      }
      expect(answer).toMatchObject({ text: text.trim() });
      expect(await alice.api.message.send.mutate(input)).toEqual(answer);
      expected.push(text.trim());
    }),
    { numRuns: 60 },
  );

  const events = await live.until(({ length }) => length >= expected.length);
  await socket.next('new-message', expected.length);
  const shown = {
    live: events.map(({ data }) => data.message.text),
    socket: socket.all('new-message').map(({ text }) => text),
    rest: (await old.call<LegacyMessage[]>(`GET /api/messages/chat/${chat.id}`)).map(({ text }) => text),
    history: await historyOf(),
  };
  expect(shown).toEqual({ live: expected, socket: expected, rest: expected, history: expected });

  async function historyOf(): Promise<string[]> {
    const { messages } = await bob.api.message.changes.query({ chatId: chat.id, afterRev: 0 });
    return messages.map(({ text }) => text);
  }
});

const hostile = [
  '\0',
  'a\0',
  '\ud83d',
  'a\udc00b',
  '\u200B',
  '\u2028',
  '\uFFFF',
  '^(a+)+$',
  '\\',
  '\\u{110000}',
  '$where',
  '__proto__',
  '%00',
  'İ'.repeat(60),
  'ﬃ'.repeat(100),
  '👋'.repeat(50),
  `${'x'.repeat(99)}👋`,
];

test('no string anywhere in an input is a failure of the server', async () => {
  await using server = await startTestServer();
  const { alice, bob, chat } = await openChat(server);
  const inputs: Record<string, Record<string, string | number | boolean>> = {
    'auth.refresh': { token: alice.token },
    'user.list': { query: 'bob', cursor: '' },
    'user.get': { userId: bob.me.id },
    'chat.list': { cursor: '' },
    'chat.get': { chatId: chat.id },
    'chat.openDirect': { userId: bob.me.id },
    'chat.markRead': { chatId: chat.id, seq: 0 },
    'message.list': { chatId: chat.id },
    'message.search': { query: 'x', cursor: '' },
    'message.changes': { chatId: chat.id, afterRev: 0 },
    'message.send': { chatId: chat.id, text: 'x', clientId: 'y' },
    'typing.set': { chatId: chat.id, isTyping: true },
  };
  const isMutation = (path: string) => /refresh|openDirect|markRead|send|set$/.test(path);
  const headers = { authorization: `Bearer ${alice.token}`, 'content-type': 'application/json' };

  for (const [path, input] of Object.entries(inputs)) {
    for (const name of Object.keys(input).filter((key) => typeof input[key] === 'string')) {
      for (const text of hostile) {
        const json = JSON.stringify({ json: { ...input, [name]: text } });
        const url = `${server.url}/trpc/${path}`;
        const response = isMutation(path)
          ? await fetch(url, { method: 'POST', headers, body: json })
          : await fetch(`${url}?input=${encodeURIComponent(json)}`, { headers });
        expect(response.status, `${path} ${json}`).toBeLessThan(500);
        await response.text();
      }
    }
  }
});

test('no string in a path or a local name is a failure of the server', async () => {
  await using server = await startTestServer();
  const old = await LegacyClient.signIn(server, 'alice');
  for (const text of hostile.filter((each) => !/\p{Surrogate}/u.test(each))) {
    const part = encodeURIComponent(text);
    for (const line of [`POST /api/chats/with/${part}`, `GET /api/messages/chat/${part}?before=${part}`]) {
      expect((await old.answer(line)).status, line).toBeLessThan(500);
    }
  }
  for (const user of [...hostile, '你'.repeat(40), '𠀀'.repeat(40), 'İ'.repeat(40)]) {
    const response = await fetch(`${server.url}/dev/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user }),
    });
    expect(response.status, user).toBeLessThan(500);
    if (response.ok) await server.signIn(user);
  }
});
