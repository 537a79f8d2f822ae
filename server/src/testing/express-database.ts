import mongoose, { mongo, type Connection } from 'mongoose';
import { readFile } from 'node:fs/promises';
import { newDatabaseUri } from './start-test-server.ts';

const fixture = new URL('../../test/fixtures/express-database/', import.meta.url);

type Doc = mongo.BSON.Document;

/** A database as an app on the earlier Express backend leaves it; its people sign in by the local issuer. */
export class ExpressDatabase implements AsyncDisposable {
  readonly mongoUri: string;
  readonly db: Connection;

  private constructor(mongoUri: string, db: Connection) {
    this.mongoUri = mongoUri;
    this.db = db;
  }

  static async create(): Promise<ExpressDatabase> {
    const mongoUri = newDatabaseUri();
    const created = new ExpressDatabase(mongoUri, await mongoose.createConnection(mongoUri).asPromise());
    for (const name of ['users', 'chats', 'messages'] as const) {
      await created.db.collection(name).insertMany(await readCollection(name));
    }
    // What mongoose made of the old models.
    await created.db.collection('users').createIndex({ clerkId: 1 }, { unique: true });
    await created.db.collection('users').createIndex({ email: 1 }, { unique: true });
    await created.db.collection('messages').createIndex({ chat: 1, createdAt: 1 });
    return created;
  }

  /** Adds messages to a chat, in no order and some of them in the same millisecond. */
  async addMessages(
    chat: mongo.BSON.ObjectId,
    { sender, count }: { sender: mongo.BSON.ObjectId; count: number },
  ) {
    const docs = Array.from({ length: count }, (_, n) => {
      const at = new Date(1_740_000_000_000 + ((n * 7919) % count) * 3);
      return {
        chat,
        sender,
        text: `added ${n} to ${chat.toHexString()}`,
        createdAt: at,
        updatedAt: at,
        __v: 0,
      };
    });
    for (let start = 0; start < count; start += 5_000) {
      await this.db.collection('messages').insertMany(docs.slice(start, start + 5_000));
    }
  }

  /** What a chat must say after the migration: the messages of these chats by `createdAt`, then `_id`. */
  async textsOf(...chatIds: readonly string[]): Promise<string[]> {
    const docs = await this.db
      .collection('messages')
      .find({ chat: { $in: chatIds.map((each) => new mongo.BSON.ObjectId(each)) } })
      .sort({ createdAt: 1, _id: 1 })
      .toArray();
    return docs.map((doc) => String(doc['text']));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.db.close();
  }
}

async function readCollection(name: string): Promise<Doc[]> {
  const lines = (await readFile(new URL(`${name}.jsonl`, fixture), 'utf8')).trim().split('\n');
  const docs = lines.map((line) => mongo.BSON.EJSON.parse(line, { relaxed: false }) as Doc);
  return docs.map((doc) =>
    'clerkId' in doc ? { ...doc, clerkId: String(doc['clerkId']).replace('user_', 'user_local_') } : doc,
  );
}
