import type { Connection as Database, Types } from 'mongoose';

/** What was looked at, and each thing that is not as it must be, in a sentence. */
export type Checked = {
  readonly chats: number;
  readonly messages: number;
  readonly problems: readonly string[];
};

type ChatRow = {
  _id: Types.ObjectId;
  kind: string;
  participants: Types.ObjectId[];
  lastSeq: number;
  lastMessage?: Types.ObjectId;
  membersRev?: number;
  mergedInto?: Types.ObjectId;
};
type MessageRow = { _id: Types.ObjectId; seq: number; rev: number; sender: Types.ObjectId };
type MemberRow = { user: Types.ObjectId; leftAt?: Date; readSeq: number; deliveredSeq: number };

/** A store that is wrong in one way is often wrong in many. */
const problemsMax = 100;

/**
 * Checks what must hold of a database whatever happened to it: places without holes, numbers given once, chats, members and people
 * that know of each other, and nothing read that was not written. What a process that dies may leave behind, and the next start
 * makes good, is no problem. Reads everything once, chat by chat.
 */
export async function checkDatabase(db: Database): Promise<Checked> {
  const problems: string[] = [];
  const people = new Set<string>();
  for await (const { _id } of db.collection('users').find({}, { projection: { _id: 1 } })) {
    people.add(String(_id));
  }
  let chats = 0;
  let messages = 0;
  for await (const chat of db.collection<ChatRow>('chats').find({})) {
    const found = await checkChat(db, chat, people);
    chats += 1;
    messages += found.messages;
    problems.push(...found.problems.map((problem) => `chat ${chat._id.toHexString()}: ${problem}`));
    if (problems.length >= problemsMax) break;
  }
  const known = await db.collection('messages').countDocuments();
  if (problems.length === 0 && known !== messages) {
    problems.push(`${known - messages} messages are in no chat`);
  }
  return { chats, messages, problems };
}

async function checkChat(db: Database, chat: ChatRow, people: ReadonlySet<string>) {
  const problems: string[] = [];
  const senders = new Set<string>();
  const revs = new Set<number>();
  let seq = 0;
  let last: MessageRow | undefined;
  const rows = db
    .collection<MessageRow>('messages')
    .find({ chat: chat._id }, { projection: { seq: 1, rev: 1, sender: 1 } })
    .sort({ seq: 1 });
  for await (const row of rows) {
    if (row.seq !== seq + 1) problems.push(`after the place ${seq} comes ${row.seq}`);
    if (revs.has(row.rev)) problems.push(`the rev ${row.rev} was given twice`);
    if (row.rev < row.seq)
      problems.push(`the message at ${row.seq} has the rev ${row.rev}, which is too low`);
    seq = row.seq;
    last = row;
    revs.add(row.rev);
    senders.add(String(row.sender));
  }
  if (chat.lastSeq > seq) problems.push(`its last place is said to be ${chat.lastSeq}, and is ${seq}`);
  if (chat.lastSeq === seq && last && String(chat.lastMessage) !== String(last._id)) {
    problems.push('its last message is said to be another one');
  }
  const named = [...chat.participants.map(String), ...senders];
  for (const id of new Set(named)) if (!people.has(id)) problems.push(`the person ${id} is nowhere`);
  problems.push(...(await checkMembers(db, chat, seq)));
  return { messages: revs.size, problems };
}

async function checkMembers(db: Database, chat: ChatRow, lastSeq: number): Promise<string[]> {
  const members = await db.collection<MemberRow>('members').find({ chat: chat._id }).toArray();
  const tooFar = members.filter(({ readSeq, deliveredSeq }) => Math.max(readSeq, deliveredSeq) > lastSeq);
  const problems = tooFar.map(({ user }) => `${user.toHexString()} has read what was never written`);
  if (chat.kind !== 'group') return problems;
  const listed = chat.participants.map(String).toSorted();
  const here = members
    .filter(({ leftAt }) => !leftAt)
    .map(({ user }) => String(user))
    .toSorted();
  // A process that died between the two is followed by one that reads the log again.
  const isBehind = await hasChangeAfter(db, chat);
  if (!isBehind && String(listed) !== String(here)) problems.push('who is in it is said in two ways');
  return problems;
}

async function hasChangeAfter(db: Database, { _id, membersRev = 0 }: ChatRow): Promise<boolean> {
  const found = await db
    .collection('messages')
    .findOne({ chat: _id, systemRev: { $gt: membersRev } }, { projection: { _id: 1 } });
  return found !== null;
}
