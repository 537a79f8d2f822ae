import { Int32, ObjectId } from 'bson';
import { type BsonDocument, encodeDocument } from '../src/bson/value.ts';
import { Engine } from '../src/engine/engine.ts';
import { insertDocument } from '../src/engine/write-documents.ts';
import { noDeadline } from '../src/pace/deadline.ts';
import { finish } from '../src/pace/pace.ts';
import { CollectionIndex } from '../src/storage/collection-index.ts';
import { readIndexSpec } from '../src/storage/index-spec.ts';

export const namespace = { db: 'bench', name: 'messages' };
const documentsPerCommit = 5_000;

/** What one message of the product looks like, with the indexes it has. */
export function makeMessage(chat: ObjectId, number: number): BsonDocument {
  const at = new Date(1_700_000_000_000 + number);
  return {
    _id: new ObjectId(),
    chat,
    sender: new ObjectId(),
    text: `message ${number} with a sentence or two of ordinary length, as people write them to each other`,
    seq: new Int32(number),
    rev: new Int32(number),
    clientId: `c-${number}-${chat.toHexString()}`,
    likes: new Int32(0),
    changedAt: at,
    createdAt: at,
  };
}

const indexes = [
  { name: 'chat_1_rev_1', key: { chat: 1, rev: 1 }, unique: true },
  { name: 'chat_1_seq_-1', key: { chat: 1, seq: -1 } },
  { name: 'sender_1_clientId_1', key: { sender: 1, clientId: 1 }, unique: true },
];

export type Loaded = {
  readonly bigChat: ObjectId;
  readonly ids: readonly ObjectId[];
  readonly seconds: number;
};

/** Fills the directory with that many messages, half of them in one chat; keeps some ids to look for. */
export async function loadMessages(dataDir: string, count: number): Promise<Loaded> {
  const startedAt = performance.now();
  const engine = Engine.open({ dataDir, isDurable: false });
  const chats = Array.from({ length: 100 }, () => new ObjectId());
  const bigChat = new ObjectId();
  const scope = { store: engine, namespace, deadline: noDeadline };
  const ids: ObjectId[] = [];
  await engine.executor.submit(true, () => {
    const collection = engine.catalog.ensure(namespace);
    for (const spec of indexes) {
      const index = new CollectionIndex(engine.catalog.takeId(), readIndexSpec(spec));
      finish(collection.addIndex(index, noDeadline));
    }
  });
  for (let from = 0; from < count; from += documentsPerCommit) {
    await engine.executor.submit(true, () => {
      for (let i = from; i < Math.min(count, from + documentsPerCommit); i++) {
        const chat = i % 2 === 0 ? bigChat : (chats[i % chats.length] ?? bigChat);
        const message = makeMessage(chat, i);
        insertDocument(scope, encodeDocument(message));
        if (i % 97 === 0 && message['_id'] instanceof ObjectId) ids.push(message['_id']);
      }
    });
  }
  await engine.close();
  return { bigChat, ids, seconds: (performance.now() - startedAt) / 1_000 };
}
