import type { ForwardMessageInput, Message } from '@whisper/shared';
import { requireParticipant } from '../chats/require-participant.ts';
import { copyFiles } from '../files/copy-files.ts';
import type { Viewer } from '../identity/viewer.ts';
import { AppError } from '../platform/errors.ts';
import type { MessagesDeps } from './deps.ts';
import { findSent, firstTextOf } from './log/read-log.ts';
import { openMessage } from './open-message.ts';

/**
 * Sends a message that one can read to another chat of one's own. It names who wrote it first, however often it was passed
 * on. The same `clientId` again is the same message, whatever became of the original since; a deleted one is CONFLICT to
 * forward anew.
 */
export async function forwardMessage(
  deps: MessagesDeps,
  viewer: Viewer,
  { messageId, toChatId, clientId }: ForwardMessageInput,
): Promise<Message> {
  const { message } = await openMessage(deps, messageId, viewer.id);
  const sent = await findSent(deps.db, viewer.id, clientId);
  if (message.kind === 'system') throw new AppError('FORBIDDEN', 'A system message cannot be forwarded');
  if (message.deletedAt && !sent) throw new AppError('CONFLICT', 'The message was deleted');
  const membership = await requireParticipant(deps, toChatId, viewer.id);
  const fileIds = message.attachments.map(({ fileId }) => fileId);
  return deps.messageLog.append(membership, {
    chatId: membership.chatId,
    sender: viewer.user,
    text: sent?.forwardedFrom ? firstTextOf(sent) : message.text,
    clientId,
    replyTo: null,
    forwardedFrom: message.forwardedFrom ?? { sender: message.sender, sentAt: message.createdAt },
    mentions: [],
    attachments:
      sent?.attachments ??
      (await copyFiles(deps, { owner: viewer.id, chatId: membership.chatId, clientId, fileIds })),
    system: null,
  });
}
