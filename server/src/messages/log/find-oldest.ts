import type { ChatId, MessageId } from '@whisper/shared';
import { Types, type Connection as Database } from 'mongoose';
import { messageModel } from './message.model.ts';

type Range = { readonly chatId: ChatId; readonly afterSeq: number; readonly limit: number };

/** The first messages after a place, oldest first. `isContent`: there is something in it that can be erased. */
export async function findOldest(db: Database, { chatId, afterSeq, limit }: Range) {
  const docs = await messageModel(db)
    .find(
      { chat: new Types.ObjectId(chatId), seq: { $gt: afterSeq } },
      { seq: 1, createdAt: 1, deletedAt: 1, systemRev: 1 },
    )
    .sort({ seq: 1 })
    .limit(limit)
    .lean();
  return docs.map(({ _id, seq, createdAt, deletedAt, systemRev }) => ({
    messageId: _id.toHexString() as MessageId,
    seq,
    createdAt,
    isContent: !deletedAt && !systemRev,
  }));
}
