import { mongo, Types } from 'mongoose';
import type { AppContext } from '../app-context.ts';
import type { Draft } from './chat-writer.ts';
import { messageModel, type MessageDoc } from './message.model.ts';

type Numbered = { readonly draft: Draft; readonly rev: number };

/** What stopped the insert: the number was taken by another node, or the sender sent this message before. */
type Conflict = 'rev' | 'clientId';

type Inserted = { readonly stored: readonly MessageDoc[]; readonly conflict?: Conflict };

/** Inserts in order and stops at the first duplicate; everything before it is stored. Other failures throw. */
export async function insertMessages(app: AppContext, drafts: readonly Numbered[]): Promise<Inserted> {
  const docs = drafts.map(({ draft, rev }) => toDoc(draft, rev, new Date(app.clock.now())));
  try {
    await messageModel(app.db).collection.insertMany(docs, { ordered: true });
    return { stored: docs };
  } catch (error) {
    const duplicate = findDuplicate(error);
    if (!duplicate) throw error;
    return { stored: docs.slice(0, duplicate.index), conflict: duplicate.conflict };
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

function findDuplicate(error: unknown): { index: number; conflict: Conflict } | undefined {
  if (!(error instanceof mongo.MongoBulkWriteError)) return undefined;
  const [first] = [error.writeErrors].flat();
  if (first?.code !== 11000) return undefined;
  const isClientId = first.errmsg?.includes('clientId') ?? false;
  return { index: first.index, conflict: isClientId ? 'clientId' : 'rev' };
}
