import type { EraseMeOutput } from '@whisper/shared';
import type { Viewer } from '../identity/viewer.ts';
import type { OwnDataDeps } from './deps.ts';
import { ownDataPath } from './export-tickets.ts';

/**
 * Ends the person's account and erases what is theirs. Resolves when that is sure to happen; the receipt says how far it has come.
 * Who signs in again afterwards is another person.
 */
export async function eraseMe(
  { erasures }: Pick<OwnDataDeps, 'erasures'>,
  { id, clerkId }: Viewer,
): Promise<EraseMeOutput> {
  const receiptId = await erasures.begin({ userId: id, clerkId, isForGood: false });
  return { receiptId, receiptPath: `${ownDataPath}/receipts/${receiptId}` };
}
