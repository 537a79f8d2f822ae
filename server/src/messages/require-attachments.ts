import type { StoredAttachment } from '../files/file.view.ts';
import { takeFiles, type Taking } from '../files/take-files.ts';
import { AppError } from '../platform/errors.ts';
import type { MessagesDeps } from './deps.ts';
import { findSent } from './log/read-log.ts';

/** The files of a message that is sent now, or was sent before; then it is CONFLICT when they were others. */
export async function requireAttachments(
  deps: MessagesDeps,
  taking: Taking,
): Promise<readonly StoredAttachment[]> {
  const { owner, clientId } = taking;
  const named = [...new Set(taking.fileIds)];
  const sent = await findSent(deps.db, owner, clientId);
  if (!sent) return takeFiles(deps, { ...taking, fileIds: named });
  const attachments = sent.attachments ?? [];
  const isSame = String(attachments.map(({ file }) => file)) === String(named);
  if (!sent.deletedAt && !isSame)
    throw new AppError('CONFLICT', 'This clientId was used for another message');
  return attachments;
}
