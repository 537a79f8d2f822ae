import { randomBytes } from 'node:crypto';
import type { Connection } from 'mongoose';
import { linkKeyModel } from './link-key.model.ts';

/** The key that lasting links are signed with, made by whoever asks first. */
export async function readLinkKey(db: Connection): Promise<string> {
  const { key } = await linkKeyModel(db)
    .findOneAndUpdate(
      { _id: 'links' },
      { $setOnInsert: { key: randomBytes(32).toString('base64url') } },
      { upsert: true, returnDocument: 'after' },
    )
    .lean()
    .orFail();
  return key;
}
