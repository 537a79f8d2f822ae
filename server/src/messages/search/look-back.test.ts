import type { ChatId } from '@whisper/shared';
import fc from 'fast-check';
import mongoose, { Types, type Connection as Database } from 'mongoose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newDatabaseUri } from '../../testing/index.ts';
import { createMessageIndexes } from '../log/create-message-indexes.ts';
import type { Candidate } from '../log/find-terms.ts';
import { lookBack, type Bounds, type Search } from './look-back.ts';
import { isBehind, newestFirst, placeOf, readPlace, toCursor, type Place } from './place.ts';

/** So small that a few messages are many. */
const bounds: Bounds = { lookedAtMax: 24, commandsMax: 4, fewMax: 4, stretchSize: 3, stretchSizeMax: 6 };

let db: Database;

beforeAll(async () => {
  db = await mongoose.createConnection(newDatabaseUri()).asPromise();
  await createMessageIndexes(db);
});
afterAll(() => db.close());

type Sent = { readonly chat: number; readonly at: number; readonly word: string };

/** Messages of chats that no other run has. */
async function store(sent: readonly Sent[], chatIds: readonly Types.ObjectId[]): Promise<Candidate[]> {
  const docs = sent.map(({ chat, at, word }, index) => ({
    _id: new Types.ObjectId(),
    chat: chatIds[chat] ?? new Types.ObjectId(),
    sender: new Types.ObjectId(),
    seq: index + 1,
    rev: index + 1,
    clientId: `${index}`,
    text: word,
    createdAt: new Date(at),
    terms: ['', word, word.slice(0, 4)],
  }));
  if (docs.length > 0) await db.collection('messages').insertMany(docs);
  return docs;
}

/** Everything, call by call; whoever calls stops in the middle of a piece now and then. */
async function readAll(search: Search, stopAt: number): Promise<Candidate[]> {
  const all: Candidate[] = [];
  for (let place: Place | null = readPlace(null); place !== null; ) {
    const start: Place = place;
    let looked = 0;
    place = null;
    calls: for await (const piece of lookBack(db, search, start)) {
      place = piece.behind;
      looked += piece.candidates.length;
      for (const candidate of piece.candidates.filter((each) => isBehind(start, each))) {
        all.push(candidate);
        if (all.length % stopAt !== 0) continue;
        place = readPlace(toCursor(placeOf(candidate, piece.spanMs)));
        break calls;
      }
    }
    expect(looked).toBeLessThanOrEqual(bounds.lookedAtMax + bounds.stretchSizeMax);
  }
  return all;
}

const times = fc.oneof(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 100_000_000 }));
const chatsMax = 5;

test('reads each message once and in order, in calls of bounded work, whatever stands at the same moment', async () => {
  const sentArbitrary = fc.array(
    fc.record({
      chat: fc.integer({ min: 0, max: chatsMax - 1 }),
      at: times,
      word: fc.constantFrom('apple', 'apples', 'applet', 'pear'),
    }),
    { maxLength: 60 },
  );
  const input = fc.record({
    sent: sentArbitrary,
    chats: fc.integer({ min: 1, max: chatsMax }),
    stopAt: fc.integer({ min: 1, max: 9 }),
    since: fc.constantFrom(0, 5, 1_000),
    now: fc.constantFrom(0, 6, 100_000_000, 9_000_000_000),
    lead: fc.constantFrom(
      { near: '', far: '' },
      { near: 'appl', far: 'appl' },
      { near: /^apples/, far: 'appl' },
      { near: /^ap/, far: '' },
    ),
  });
  const property = fc.asyncProperty(input, async ({ sent, chats, stopAt, since, now, lead }) => {
    const ids = Array.from({ length: chatsMax }, () => new Types.ObjectId());
    const stored = await store(sent, ids);
    const mine = new Set(ids.slice(0, chats).map(String));
    const search = { chatIds: [...mine] as ChatId[], since, now, bounds, ...lead };
    const fits = ({ chat, text, createdAt }: Candidate) =>
      mine.has(String(chat)) &&
      createdAt.getTime() >= since &&
      (typeof lead.near === 'string' ? text.startsWith(lead.near) : lead.near.test(text));
    const found = (await readAll(search, stopAt)).filter(fits);
    expect(found.map(({ _id }) => String(_id))).toEqual(
      stored
        .filter(fits)
        .toSorted(newestFirst)
        .map(({ _id }) => String(_id)),
    );
  });
  await fc.assert(property, { numRuns: Number(process.env['SEARCH_RUNS'] ?? 60) });
});
