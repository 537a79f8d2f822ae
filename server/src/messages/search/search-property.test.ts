import type { ChatId, Message, SearchMessagesInput } from '@whisper/shared';
import { Types } from 'mongoose';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { termsOf } from '../../words/terms.ts';
import { ManualClock, startTestServer, type TestClient, type TestServer } from '../../testing/index.ts';
import { drawFrom, type Draw } from '../../testing/random.ts';

/** Messages that a run sends, and that it finds stored: few in a usual one. `SEARCH_STORED=10000` is the whole. */
const messagesWanted = Number(process.env['SEARCH_MESSAGES'] ?? 120);
const storedWanted = Number(process.env['SEARCH_STORED'] ?? 800);
const searchesWanted = 5;
const seed = Number(process.env['SEARCH_SEED'] ?? 20_261_126);

const clock = new ManualClock();
let nodes: readonly [TestServer, TestServer];

beforeAll(async () => {
  const first = await startTestServer({ clock, isAlone: true });
  nodes = [first, await startTestServer({ clock, isAlone: true, sameDatabaseAs: first })];
});
afterAll(async () => {
  for (const node of nodes.toReversed()) await node[Symbol.asyncDispose]();
});

/** A person, on both nodes. */
type Person = readonly [TestClient, TestClient];

const words = ['tea', 'team', 'Teatime', 'Tür', 'tur', 'été', 'zu', 'Zug', '今天', '天气很好', 'x1', 'ไทย'];
const queries = [
  't',
  'te',
  'tea',
  'team',
  'tür',
  'ete',
  'zug tea',
  '天',
  '天气',
  '今天天气',
  'x',
  'ทย',
  'none',
  '',
];

function oneOf<T>(draw: Draw, items: readonly T[]): T | undefined {
  return items[draw(0, Math.max(1, items.length) - 1)];
}

/** What is found, said in another way than the server does: slowly, and message by message. */
function fits(text: string, query: string): boolean {
  const fold = (each: string) =>
    each
      .normalize('NFKD')
      .replaceAll(/[\u0300-\u036F]/g, '')
      .toLowerCase();
  const isSpaced = (each: string) => /^[\u0020-\u024F]+$/.test(each);
  const parts = fold(text).split(' ');
  return fold(query)
    .split(' ')
    .filter((each) => each !== '')
    .every((wanted) =>
      parts.some((part) => (isSpaced(wanted) ? part.startsWith(wanted) : part.includes(wanted))),
    );
}

async function signIn(name: string): Promise<Person> {
  const [first, second] = nodes;
  return [await first.signIn(name), await second.signIn(name)];
}

type Ground = { readonly people: readonly Person[]; readonly chats: readonly ChatId[] };

/** Everybody has a direct chat with the first one, who owns three groups, of which one hides what was before. */
async function makeGround(): Promise<Ground> {
  const people: Person[] = [];
  for (const name of ['ann', 'ben', 'cleo', 'dan']) people.push(await signIn(name));
  const [owner, ...others] = people.map(([{ api, me }]) => ({ api, id: me.id }));
  if (!owner) throw new TypeError('There is an owner');
  const chats: ChatId[] = [];
  for (const { id } of others) chats.push((await owner.api.chat.openDirect.mutate({ userId: id })).id);
  for (const name of ['Open', 'Also open', 'Hiding']) {
    const group = await owner.api.chat.createGroup.mutate({ name, memberIds: [], clientId: randomUUID() });
    if (name === 'Hiding') await owner.api.chat.update.mutate({ chatId: group.id, historyVisible: false });
    chats.push(group.id);
  }
  return { people, chats };
}

/** Somebody does something somewhere. What they may not do is refused, and changes nothing. */
async function actOnce(draw: Draw, { people, chats }: Ground, sent: Message[]): Promise<void> {
  if (draw(0, 2) === 0) clock.advance(draw(1, 3));
  const api = oneOf(draw, people)?.[draw(0, 1)]?.api;
  const other = oneOf(draw, people)?.[0].me.id;
  const chatId = oneOf(draw, chats);
  const message = oneOf(draw, sent);
  if (!api || !other || !chatId) return;
  const text = Array.from({ length: draw(1, 4) }, () => oneOf(draw, words)).join(' ');
  const act = draw(0, 99);
  if (act < 80 || !message) {
    sent.push(await api.message.send.mutate({ chatId, text, clientId: randomUUID() }));
  } else if (act < 84) await api.message.edit.mutate({ messageId: message.id, text });
  else if (act < 87) await api.message.delete.mutate({ messageId: message.id, for: 'everyone' });
  else if (act < 90) await api.message.delete.mutate({ messageId: message.id, for: 'me' });
  else if (act < 95) await people[0]?.[1].api.chat.addMembers.mutate({ chatId, userIds: [other] });
  else await people[0]?.[0].api.chat.removeMember.mutate({ chatId, userId: other });
}

/** All that a person is shown of all their chats, read page by page. */
async function readAll([{ api }]: Person): Promise<Message[]> {
  const { chats } = await api.chat.list.query({});
  const all: Message[] = [];
  for (const { id: chatId } of chats) {
    for (let before: number | undefined, isMore = true; isMore; ) {
      const page = await api.message.list.query({ chatId, before });
      all.push(...page.messages);
      [before, isMore] = [page.messages[0]?.seq, page.hasMore];
    }
  }
  return all.filter(({ kind, deletedAt }) => kind === 'text' && !deletedAt).toSorted(newestFirst);
}

function newestFirst(one: Message, other: Message): number {
  const byTime = other.createdAt.getTime() - one.createdAt.getTime();
  if (byTime !== 0 || one.chatId === other.chatId) return byTime || other.seq - one.seq;
  return one.chatId < other.chatId ? 1 : -1;
}

async function searchAll({ api }: TestClient, input: SearchMessagesInput): Promise<Message[]> {
  const all: Message[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await api.message.search.query({ ...input, cursor });
    all.push(...page.found.map(({ message }) => message));
    cursor = page.nextCursor;
  }
  return all;
}

const idsOf = (messages: readonly Message[]) => messages.map(({ id, text }) => `${id} ${text}`);

/** Some searches of the person, in pages of some size, on either node. */
async function expectSame(draw: Draw, person: Person): Promise<void> {
  const shown = await readAll(person);
  for (let count = 0; count < searchesWanted; count += 1) {
    const query = oneOf(draw, queries) ?? '';
    const some = oneOf(draw, shown);
    const narrow = draw(0, 2) === 0 && some ? { chatId: some.chatId, senderId: some.sender.id } : undefined;
    const expected = shown.filter(
      ({ text, chatId, sender }) =>
        fits(text, query) && (!narrow || (chatId === narrow.chatId && sender.id === narrow.senderId)),
    );
    const limit = Math.min(50, Math.ceil((expected.length + 1) / draw(1, 4)));
    const found = await searchAll(oneOf(draw, person) ?? person[0], { query, limit, ...narrow });
    expect(idsOf(found)).toEqual(idsOf(expected));
  }
}

test(
  'finds what looking at each message that one is shown finds, whatever happens to messages and people',
  async () => {
    const draw = drawFrom(seed);
    const ground = await makeGround();
    const sent: Message[] = [];
    for (let round = 1; round <= 2; round += 1) {
      while (sent.length < (messagesWanted * round) / 2) {
        const acts = Array.from({ length: 8 }, () => actOnce(draw, ground, sent).catch(() => undefined));
        await Promise.all(acts);
      }
      for (const person of ground.people) await expectSame(draw, person);
    }
    expect(sent.length).toBeGreaterThanOrEqual(messagesWanted);
  },
  60_000 + messagesWanted * 200,
);

/** Of some words every tenth message has one, of others every thousandth. */
function makeText(draw: Draw): string {
  const rare = draw(0, 9) === 0 ? `rare${draw(0, 99)}` : '';
  const some = Array.from({ length: draw(1, 4) }, () => oneOf(draw, words));
  return [...some, rare].join(' ').trim();
}

test(
  `finds in ${storedWanted} messages of several chats what looking at each of them finds`,
  async () => {
    const draw = drawFrom(seed + 1);
    const [first] = nodes;
    const eve = await first.signIn('eve');
    const chats: ChatId[] = [];
    for (const name of ['fay', 'gil', 'hal']) {
      const { me } = await first.signIn(name);
      chats.push((await eve.api.chat.openDirect.mutate({ userId: me.id })).id);
    }
    const sender = new Types.ObjectId(eve.me.id);
    const docs = Array.from({ length: storedWanted }, (_, index) => {
      const text = makeText(draw);
      // Many are of one moment, as those that were moved in from elsewhere may be.
      const at = new Date(draw(0, 3) === 0 ? 1_700_000_000_000 : 1_700_000_000_000 + draw(0, 30_000_000_000));
      const [seq, chat] = [index + 1, new Types.ObjectId(oneOf(draw, chats))];
      const times = { createdAt: at, updatedAt: at, changedAt: at };
      return { chat, sender, text, seq, rev: seq, clientId: `${seq}`, terms: termsOf({ text }), ...times };
    });
    await first.app.db.collection('messages').insertMany(docs);

    const inOrder = docs.toSorted(
      (one, other) =>
        other.createdAt.getTime() - one.createdAt.getTime() ||
        (String(other.chat) > String(one.chat) ? 1 : -1) * Number(String(other.chat) !== String(one.chat)) ||
        other.seq - one.seq,
    );
    for (const query of [...queries, 'rare7', 'rare', 'rare1 tea']) {
      const chatId = draw(0, 1) === 0 ? oneOf(draw, chats) : undefined;
      const expected = inOrder.filter(
        ({ text, chat }) => fits(text, query) && (!chatId || String(chat) === chatId),
      );
      const found = await searchAll(eve, { query, chatId, limit: draw(40, 50) });
      expect(found.map(({ seq, text }) => `${seq} ${text}`)).toEqual(
        expected.map(({ seq, text }) => `${seq} ${text}`),
      );
    }
  },
  60_000 + storedWanted * 60,
);
