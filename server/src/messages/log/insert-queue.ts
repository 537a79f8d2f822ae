import type { ChatId, ClientId, ForwardedFrom, MessageId, User, UserId } from '@whisper/shared';
import { Types, type Connection as Database } from 'mongoose';
import type { StoredAttachment } from '../../files/file.view.ts';
import type { GroupChange } from '../../chats/group-change.ts';
import { termsOf } from '../../words/terms.ts';
import { findConflicts, type Conflict } from './insert-conflicts.ts';
import { messageModel, type MessageDoc } from './message.model.ts';

/** A message that has no place in its chat yet. */
export type Draft = {
  readonly chatId: ChatId;
  readonly sender: User;
  readonly text: string;
  readonly clientId: ClientId;
  readonly replyTo: MessageId | null;
  readonly forwardedFrom: ForwardedFrom | null;
  readonly mentions: readonly UserId[];
  readonly attachments: readonly StoredAttachment[];
  /** A system message does this. */
  readonly system: GroupChange | null;
};

type Numbered = { readonly draft: Draft; readonly rev: number; readonly seq: number };

type Inserted = { readonly stored: readonly MessageDoc[]; readonly conflict?: Conflict };

/** Commands on their way at once; what comes meanwhile goes together with the next. */
const commandsMax = 2;
const docsMax = 500;

/**
 * The store gives an insert up after this long. A message that became visible much later than its time says would escape
 * the overlap with which the stream of all my chats is read again.
 */
const insertTimeMaxMs = 5_000;

type Waiting = {
  readonly doc: MessageDoc;
  readonly resolve: (conflict: Conflict | undefined) => void;
  readonly reject: (error: unknown) => void;
};

/**
 * Inserts messages. Single messages of many chats that wait at the same moment become one command, which costs little
 * more than one message alone; it is unordered, so that one chat's duplicate stops no other's message. That leaves no
 * hole in a log, because a writer has one message in here at a time.
 */
export class InsertQueue {
  readonly #db: Database;
  readonly #now: () => number;
  readonly #waiting: Waiting[] = [];
  #commands = 0;

  constructor(db: Database, now: () => number) {
    this.#db = db;
    this.#now = now;
  }

  /** Inserts one chat's drafts in order and stops at the first duplicate; everything before it is stored. Other failures throw. */
  async insert(drafts: readonly Numbered[]): Promise<Inserted> {
    const now = new Date(this.#now());
    const docs = drafts.map((numbered) => toDoc(numbered, now));
    const [only] = docs;
    if (!only) return { stored: docs };
    if (docs.length > 1) return insertInOrder(this.#db, docs);
    const conflict = await this.#insertWithOthers(only);
    return conflict ? { stored: [], conflict } : { stored: docs };
  }

  /** Resolves when the message is durable, or with what stopped it. Other failures throw. */
  #insertWithOthers(doc: MessageDoc): Promise<Conflict | undefined> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ doc, resolve, reject });
      if (this.#commands < commandsMax) void this.#run();
    });
  }

  /** Never rejects: each message hears of its own failure. */
  async #run(): Promise<void> {
    this.#commands += 1;
    // Whoever comes in this turn of the event loop comes along.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) await insertAll(this.#db, this.#waiting.splice(0, docsMax));
    this.#commands -= 1;
  }
}

async function insertInOrder(db: Database, docs: readonly MessageDoc[]): Promise<Inserted> {
  try {
    await messageModel(db).collection.insertMany([...docs], { ordered: true, maxTimeMS: insertTimeMaxMs });
    return { stored: docs };
  } catch (error) {
    const [first] = findConflicts(error) ?? [];
    if (!first) throw error;
    const [index, conflict] = first;
    return { stored: docs.slice(0, index), conflict };
  }
}

async function insertAll(db: Database, batch: readonly Waiting[]): Promise<void> {
  try {
    const docs = batch.map(({ doc }) => doc);
    await messageModel(db).collection.insertMany(docs, { ordered: false, maxTimeMS: insertTimeMaxMs });
    for (const { resolve } of batch) resolve(undefined);
  } catch (error) {
    const conflicts = findConflicts(error);
    for (const [index, { resolve, reject }] of batch.entries()) {
      if (conflicts) resolve(conflicts.get(index));
      else reject(error);
    }
  }
}

function toDoc({ draft, rev, seq }: Numbered, now: Date): MessageDoc {
  const { chatId, sender, text, clientId, replyTo, forwardedFrom, mentions, attachments, system } = draft;
  const terms = termsOf({ text, attachments, ...(system && { system }) });
  return {
    _id: new Types.ObjectId(),
    chat: new Types.ObjectId(chatId),
    sender: new Types.ObjectId(sender.id),
    text,
    seq,
    rev,
    createdRev: rev,
    revs: [{ n: rev, at: now }],
    changedAt: now,
    clientId,
    createdAt: now,
    updatedAt: now,
    ...(replyTo && { replyTo: new Types.ObjectId(replyTo) }),
    ...(forwardedFrom && {
      forwardedFrom: {
        sender: new Types.ObjectId(forwardedFrom.sender.id),
        sentAt: forwardedFrom.sentAt,
      },
    }),
    ...(mentions.length > 0 && { mentions: mentions.map((id) => new Types.ObjectId(id)) }),
    ...(attachments.length > 0 && { attachments: [...attachments] }),
    ...(system && { system, systemRev: rev }),
    ...(terms && { terms }),
  };
}
