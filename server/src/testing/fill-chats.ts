import { ChatIdSchema, UserIdSchema, type ChatId } from '@whisper/shared';
import { mongo } from 'mongoose';
import type { TestServer } from './start-test-server.ts';
import type { TestClient } from './test-client.ts';

const { EJSON } = mongo.BSON;

/** That person's chats with as many others, of whom nobody ever signs in. All but one are copies: opening takes long. */
export async function fillChats(
  { app }: TestServer,
  { chat }: Pick<TestClient['api'], 'chat'>,
  count: number,
): Promise<ChatId[]> {
  const now = new Date();
  const { insertedIds } = await app.db.collection('users').insertMany(
    Array.from({ length: count }, (_, index) => ({
      clerkId: `other-${index}`,
      name: `other ${index}`,
      email: '',
      searchKeys: [],
      profileAt: now,
      createdAt: now,
      updatedAt: now,
    })),
  );
  const [first = '', ...others] = Object.values(insertedIds).map(String);
  const { id } = await chat.openDirect.mutate({ userId: UserIdSchema.parse(first) });
  const chats = app.db.collection('chats');
  const sample = EJSON.stringify(await chats.findOne({ _id: new mongo.BSON.ObjectId(id) }));
  // A copy has the id of the other person, which no other chat has.
  await chats.insertMany(
    others.map((other) => EJSON.parse(sample.replaceAll(first, other).replaceAll(id, other))),
  );
  return [id, ...others.map((other) => ChatIdSchema.parse(other))];
}
