import { Types } from 'mongoose';
import type { AppContext } from '../app-context.ts';
import type { Draft } from './chat-writer.ts';
import { findConflicts, type Conflict } from './insert-conflicts.ts';
import { insertTimeMaxMs, type InsertQueue } from './insert-queue.ts';
import { messageModel, type MessageDoc } from './message.model.ts';

type Numbered = { readonly draft: Draft; readonly rev: number };

type Inserted = { readonly stored: readonly MessageDoc[]; readonly conflict?: Conflict };

type InsertOptions = { readonly queue: InsertQueue; readonly drafts: readonly Numbered[] };

/** Inserts in order and stops at the first duplicate; everything before it is stored. Other failures throw. */
export async function insertMessages(app: AppContext, { queue, drafts }: InsertOptions): Promise<Inserted> {
  const now = new Date(app.messageLog.now(app.clock));
  const docs = drafts.map(({ draft, rev }) => toDoc(draft, rev, now));
  const [only] = docs;
  if (only && docs.length === 1) {
    const conflict = await queue.insert(app.db, only);
    return conflict ? { stored: [], conflict } : { stored: docs };
  }
  try {
    await messageModel(app.db).collection.insertMany(docs, { ordered: true, maxTimeMS: insertTimeMaxMs });
    return { stored: docs };
  } catch (error) {
    const [first] = findConflicts(error) ?? [];
    if (!first) throw error;
    const [index, conflict] = first;
    return { stored: docs.slice(0, index), conflict };
  }
}

function toDoc({ membership, sender, text, clientId }: Draft, rev: number, now: Date): MessageDoc {
  return {
    _id: new Types.ObjectId(),
    chat: new Types.ObjectId(membership.chatId),
    sender: new Types.ObjectId(sender.id),
    text,
    seq: rev,
    rev,
    changedAt: now,
    clientId,
    createdAt: now,
    updatedAt: now,
  };
}
