import type { Connection as Database, Types } from 'mongoose';
import mongoose from 'mongoose';
import { numbersFrom } from '../../src/testing/random.ts';
import { termsOf } from '../../src/words/terms.ts';

/** How many of the chats each person is in: those that come first. The first chat is large, the last ones are small. */
export const people = { anna: 1, bert: 50, cara: 500 } as const;
export type Name = keyof typeof people;

const chatCount = people.cara;
const batchSize = 2_000;
const vocabularySize = 20_000;
const yearMs = 365 * 86_400_000;
/** Of so many messages one is in Chinese. */
const chineseEvery = 20;

const syllables = [
  'ka',
  'to',
  'mi',
  're',
  'sun',
  'lo',
  'per',
  'in',
  'da',
  'fo',
  'ste',
  'er',
  'an',
  'ho',
  'wi',
];
const characters = Array.from(
  '天地人你我他今明日月水火山石田土木林好大小多少上下左右中学生工作吃喝看听说读写',
);

/** The word of a rank: the first one is in every third message, the thousandth in one of some thousands. */
export function wordOf(rank: number): string {
  let word = '';
  for (let rest = rank + 20; rest > 0; rest = Math.floor(rest / syllables.length)) {
    word += syllables[rest % syllables.length];
  }
  return word;
}

export type Random = () => number;

/** The same numbers in every run, from 0 to below 1. */
export function randomFrom(start: number): Random {
  const next = numbersFrom(start);
  return () => next() / 2 ** 32;
}

function makeText(random: Random, index: number): string {
  const length = 3 + Math.floor(random() * 14);
  if (index % chineseEvery === 0) {
    return Array.from({ length }, () => characters[Math.floor(random() * characters.length)]).join('');
  }
  const ranks = Array.from({ length }, () => Math.floor(vocabularySize ** random()) - 1);
  return ranks.map(wordOf).join(' ');
}

/** Of the messages a fifth is in the first chat, a fifth in the next 49, the rest in all others. */
function chooseChat(random: Random): number {
  const share = random();
  if (share < 0.2) return 0;
  return share < 0.4 ? 1 + Math.floor(random() * 49) : 50 + Math.floor(random() * (chatCount - 50));
}

/** The groups of these people, and a year of messages in them, as the server stores them. */
export async function fill(db: Database, ids: Readonly<Record<Name, string>>, count: number): Promise<void> {
  const { ObjectId } = mongoose.Types;
  const chats = Array.from({ length: chatCount }, () => new ObjectId());
  const users = Object.entries(people).map(([name, size]) => ({
    user: new ObjectId(ids[name as Name]),
    size,
  }));
  const now = Date.now();
  await db.collection('chats').insertMany(
    chats.map((_id, index) => ({
      _id,
      kind: 'group',
      name: `Group ${index}`,
      participants: users.filter(({ size }) => index < size).map(({ user }) => user),
      openedBy: [],
      membersRev: 0,
      lastMessageAt: new Date(now),
      lastSeq: 1,
      createdAt: new Date(now),
      updatedAt: new Date(now),
    })),
  );
  await db
    .collection('members')
    .insertMany(
      users.flatMap(({ user, size }) =>
        chats
          .slice(0, size)
          .map((chat) => ({ chat, user, role: 'member', rev: 0, readSeq: 0, deliveredSeq: 0 })),
      ),
    );
  const seqs = chats.map(() => 0);
  const random = randomFrom(1);
  const sender = users[0]?.user;
  for (let start = 0; start < count; start += batchSize) {
    const docs = Array.from({ length: Math.min(batchSize, count - start) }, (_, offset) => {
      const place = chooseChat(random);
      const seq = (seqs[place] = (seqs[place] ?? 0) + 1);
      const at = new Date(now - yearMs + Math.floor((yearMs * (start + offset)) / count));
      return toDoc({ chat: chats[place], sender, seq, at, text: makeText(random, start + offset) });
    });
    await db.collection('messages').insertMany(docs, { ordered: false });
  }
}

type Given = {
  readonly chat: Types.ObjectId | undefined;
  readonly sender: Types.ObjectId | undefined;
  readonly seq: number;
  readonly at: Date;
  readonly text: string;
};

function toDoc({ chat, sender, seq, at, text }: Given) {
  return {
    chat,
    sender,
    text,
    seq,
    rev: seq,
    createdRev: seq,
    revs: [{ n: seq, at }],
    changedAt: at,
    clientId: crypto.randomUUID(),
    createdAt: at,
    updatedAt: at,
    terms: termsOf({ text }),
  };
}
