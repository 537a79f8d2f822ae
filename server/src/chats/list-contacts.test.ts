import type { UserId } from '@whisper/shared';
import { Types } from 'mongoose';
import { expect, onTestFinished, test } from 'vitest';
import { connectMongo } from '../platform/mongo.ts';
import { newDatabaseUri } from '../testing/start-test-server.ts';
import { createListContacts } from './list-contacts.ts';

const newPerson = () => new Types.ObjectId();
const idOf = (person: Types.ObjectId) => person.toHexString() as UserId;

async function setUp(chats: readonly (readonly Types.ObjectId[])[]) {
  const db = await connectMongo(newDatabaseUri());
  onTestFinished(() => db.close());
  const newestFirst = chats.map((participants, index) => ({ participants, lastMessageAt: new Date(-index) }));
  await db.collection('chats').insertMany(newestFirst);
  return createListContacts(db);
}

test('who asks together hears of their own contacts each, and of nobody in a large chat', async () => {
  const [ann, bob, cid, dot] = [newPerson(), newPerson(), newPerson(), newPerson()];
  const crowd = [ann, dot, ...Array.from({ length: 40 }, newPerson)];
  const listContacts = await setUp([[ann, bob], [bob, cid, ann], crowd]);

  const contacts = await Promise.all([dot, ann, bob, cid].map((each) => listContacts(idOf(each))));

  expect(contacts.map((each) => [...each])).toEqual([
    [],
    [idOf(bob), idOf(cid)],
    [idOf(ann), idOf(cid)],
    [idOf(bob), idOf(ann)],
  ]);
});

test('somebody with a thousand chats hears of the newest, and keeps nobody who asks with them from theirs', async () => {
  const [ann, bob, cid] = [newPerson(), newPerson(), newPerson()];
  const many = Array.from({ length: 1_000 }, newPerson);
  const listContacts = await setUp([...many.map((each) => [ann, each]), [bob, cid]]);

  const [, ofAnn, ofBob] = await Promise.all([cid, ann, bob].map((each) => listContacts(idOf(each))));

  expect([...(ofAnn ?? [])]).toEqual(many.slice(0, 500).map(idOf));
  expect([...(ofBob ?? [])]).toEqual([idOf(cid)]);
});
