import { randomUUID } from 'node:crypto';
import { devClerkIdOf } from '../../src/identity/dev-issuer.ts';
import mongoose from 'mongoose';

const { Types } = mongoose;

/** How many people each shares a chat with. */
export const contactsEach = 20;

type Person = { readonly id: mongoose.Types.ObjectId; readonly name: string };

/** Puts people into the database whom the local issuer signs in by these names. */
export async function putUsers(
  db: mongoose.Connection,
  names: readonly string[],
  more: { readonly isHidden?: true } = {},
): Promise<Person[]> {
  const now = new Date();
  const people = names.map((name) => ({ id: new Types.ObjectId(), name }));
  await db.collection('users').insertMany(
    people.map(({ id, name }) => ({
      _id: id,
      clerkId: devClerkIdOf(name),
      name,
      email: '',
      searchKeys: [name],
      profileAt: now,
      createdAt: now,
      updatedAt: now,
      ...more,
    })),
  );
  return people;
}

type Wanted = { readonly count: number; readonly isHidden: boolean };

/** Puts new people into the database, each in a chat of two with the ten before and the ten after them; answers their names. */
export async function putPeople(db: mongoose.Connection, { count, isHidden }: Wanted): Promise<string[]> {
  const now = new Date();
  const times = { createdAt: now, updatedAt: now };
  const names = Array.from({ length: count }, () => randomUUID());
  const people = await putUsers(db, names, isHidden ? { isHidden } : {});
  const chats = people.flatMap(({ id }, index) =>
    Array.from({ length: contactsEach / 2 }, (_, step) => people[(index + step + 1) % count]?.id ?? id).map(
      (other) => ({
        participants: [id, other],
        pairKey: [id, other].map(String).sort().join(':'),
        openedBy: [id],
        lastMessageAt: now,
        lastSeq: 0,
        ...times,
      }),
    ),
  );
  await db.collection('chats').insertMany(chats);
  return names;
}
