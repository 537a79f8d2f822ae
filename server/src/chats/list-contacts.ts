import { limits, type UserId } from '@whisper/shared';
import { mongo, Types, type Connection as Database } from 'mongoose';
import { createGatherer } from '../platform/gather.ts';
import { chatModel } from './chat.model.ts';

/** The chats looked at, the newest first: who has more talks in some of them no more. */
const chatsMax = 500;

/** Of so many people who come at once the chats are read together. */
const togetherMax = 50;

type Contacts = ReadonlyMap<UserId, ReadonlySet<UserId>>;

/** Finds the people somebody shares a chat with; in a larger one people are strangers to each other. */
export type ListContacts = (userId: UserId) => Promise<ReadonlySet<UserId>>;

const nobody: ReadonlySet<UserId> = new Set();

export function createListContacts(db: Database): ListContacts {
  return createGatherer(async (userIds) => {
    const contacts = await readContacts(db, userIds);
    return (userId) => contacts.get(userId) ?? nobody;
  }, togetherMax);
}

async function readContacts(db: Database, userIds: readonly UserId[]): Promise<Contacts> {
  const limit = chatsMax * userIds.length;
  const chats = await (userIds.length > 1 ? readChatsTogether : readChats)(db, userIds, limit);
  // Somebody has more than their share, and others may miss theirs.
  if (!chats || (userIds.length > 1 && chats.length === limit)) return readOneByOne(db, userIds);
  const found = new Map(userIds.map((id) => [id, { chats: 0, others: new Set<UserId>() }]));
  for (const chat of chats) {
    const people = readIds(chat);
    for (const userId of people) {
      const mine = found.get(userId);
      if (!mine || mine.chats === chatsMax) continue;
      mine.chats += 1;
      if (people.length > limits.smallChatMax) continue;
      for (const id of people) if (id !== userId) mine.others.add(id);
    }
  }
  return new Map([...found].map(([userId, { others }]) => [userId, others]));
}

/** The newest chats of these people, each as BSON with one field. */
function readChats(db: Database, userIds: readonly UserId[], limit: number): Promise<readonly Uint8Array[]> {
  return chatModel(db)
    .collection.find<Uint8Array>(ofPeople(userIds), { projection, raw: true, batchSize: limit })
    .sort(newestFirst)
    .limit(limit)
    .toArray();
}

/**
 * The same in one reply that stays bytes: a cursor makes objects of each chat, and a thousand people may come at once. Undefined
 * when they do not fit, or it fails: a command is not tried again as a cursor's is.
 */
async function readChatsTogether(
  db: Database,
  userIds: readonly UserId[],
  limit: number,
): Promise<readonly Uint8Array[] | undefined> {
  const { collectionName: find } = chatModel(db).collection;
  const filter = ofPeople(userIds);
  const command = { find, filter, projection, sort: newestFirst, limit, batchSize: limit };
  const reply = (await db.db?.command(command, { raw: true }).catch(() => undefined)) as RawReply | undefined;
  if (!reply) return undefined;
  const { id, firstBatch } = mongo.BSON.deserialize(reply.cursor, { raw: true }) as RawCursor;
  return id === 0 ? firstBatch : undefined;
}

type RawReply = { readonly cursor: Uint8Array };
type RawCursor = { readonly id: number; readonly firstBatch: readonly Uint8Array[] };

const projection = { _id: 0, participants: 1 } as const;
const newestFirst = { lastMessageAt: -1 } as const;

function ofPeople(userIds: readonly UserId[]) {
  return { participants: { $in: userIds.map((id) => new Types.ObjectId(id)) } };
}

const idType = 7;
const idBytes = 12;
/** Where the first element of the only field stands: after two lengths, the field's type and its name with a zero. */
const firstElementAt = 4 + 1 + 'participants'.length + 1 + 4;

/** The ids in a BSON document whose only field is `participants`. */
function readIds(document: Uint8Array): UserId[] {
  const bytes = Buffer.from(document.buffer, document.byteOffset, document.byteLength);
  const ids: UserId[] = [];
  for (let at = firstElementAt; bytes[at] === idType; ) {
    const start = bytes.indexOf(0, at + 1) + 1;
    at = start + idBytes;
    ids.push(bytes.toString('hex', start, at) as UserId);
  }
  return ids;
}

async function readOneByOne(db: Database, userIds: readonly UserId[]): Promise<Contacts> {
  const contacts = new Map<UserId, ReadonlySet<UserId>>();
  for (const userId of userIds) {
    contacts.set(userId, (await readContacts(db, [userId])).get(userId) ?? nobody);
  }
  return contacts;
}
