import type { ChatId } from '@whisper/shared';
import { Types, type Connection as Database } from 'mongoose';
import { chatModel } from './chat.model.ts';

/** A chat whose old messages are erased. */
export type ExpiringChat = {
  readonly chatId: ChatId;
  readonly days: number;
  /** Everything up to this place was looked at already. */
  readonly expiredSeq: number;
};

const pageSize = 200;

/** Every chat whose messages are not kept for ever, read in pages while it is asked for. `days`: how long all are kept, if that is said. */
export async function* listExpiring(db: Database, days: number | undefined): AsyncGenerator<ExpiringChat> {
  const isMeant = days === undefined ? { retentionDays: { $exists: true } } : {};
  for (let after = new Types.ObjectId('0'.repeat(24)); ; ) {
    const docs = await chatModel(db)
      .find({ ...isMeant, _id: { $gt: after } }, { retentionDays: 1, expiredSeq: 1 })
      .sort({ _id: 1 })
      .limit(pageSize)
      .lean();
    for (const { _id, retentionDays, expiredSeq = 0 } of docs) {
      const shorter = Math.min(days ?? Number.POSITIVE_INFINITY, retentionDays ?? Number.POSITIVE_INFINITY);
      yield { chatId: _id.toHexString() as ChatId, days: shorter, expiredSeq };
    }
    const last = docs.at(-1);
    if (!last) return;
    after = last._id;
  }
}

export async function noteExpired(db: Database, chatId: ChatId, expiredSeq: number): Promise<void> {
  await chatModel(db).updateOne({ _id: chatId }, { $max: { expiredSeq } }, { timestamps: false });
}
