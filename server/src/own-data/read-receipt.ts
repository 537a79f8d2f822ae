import type { ErasureReceipt } from '@whisper/shared';
import type { Connection as Database } from 'mongoose';
import { erasureModel } from './erasure.model.ts';

/** What became of somebody's data; null when there is no such receipt. */
export async function readReceipt(db: Database, receiptId: string): Promise<ErasureReceipt | null> {
  const doc = await erasureModel(db).findById(receiptId).lean();
  if (!doc) return null;
  const { _id, requestedAt, finishedAt = null, compactedAt = null, places } = doc;
  return {
    receiptId: _id,
    requestedAt,
    finishedAt,
    compactedAt,
    places: places.map(({ place, found, remaining }) => ({
      place,
      erased: Math.max(0, found - remaining),
      remaining,
    })),
  };
}
