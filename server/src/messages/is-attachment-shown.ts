import type { MessageId, UserId } from '@whisper/shared';
import type { FileUse } from '../files/deps.ts';
import { AppError } from '../platform/errors.ts';
import type { MessagesDeps } from './deps.ts';
import { findSent } from './log/read-log.ts';
import { openMessage } from './open-message.ts';

/** Whether a message has the file, whoever may read it. */
export async function isInMessage(
  { db }: Pick<MessagesDeps, 'db'>,
  { fileId, owner, clientId }: FileUse,
): Promise<boolean> {
  const sent = await findSent(db, owner, clientId);
  return sent?.attachments?.some(({ file }) => file.toHexString() === fileId) ?? false;
}

/** Whether the person may read the message that a file is in, now: it is in their chat, among what they are shown, and not deleted. */
export async function isAttachmentShown(
  deps: Pick<MessagesDeps, 'db' | 'memberships'>,
  { fileId, owner, clientId }: FileUse,
  viewerId: UserId,
): Promise<boolean> {
  const sent = await findSent(deps.db, owner, clientId);
  if (!sent?.attachments?.some(({ file }) => file.toHexString() === fileId)) return false;
  try {
    await openMessage(deps, sent._id.toHexString() as MessageId, viewerId);
    return true;
  } catch (error) {
    if (error instanceof AppError && error.code === 'NOT_FOUND') return false;
    throw error;
  }
}
