import type { DeleteMessageInput, Message, UserId } from '@whisper/shared';
import { AppError } from '../platform/errors.ts';
import type { MessagesDeps } from './deps.ts';
import { erased } from './log/changes.ts';
import { openForChange } from './open-message.ts';

/** Erases one's own message for everyone; its place stays. FORBIDDEN for another's. Idempotent. */
export async function deleteMessage(
  deps: MessagesDeps,
  viewerId: UserId,
  { messageId }: DeleteMessageInput,
): Promise<Message> {
  const { message, membership } = await openForChange(deps, messageId, viewerId);
  if (message.sender.id !== viewerId) throw new AppError('FORBIDDEN', 'Only its sender deletes a message');
  return deps.messageLog.change(membership, { messageId, by: viewerId, change: erased() });
}
