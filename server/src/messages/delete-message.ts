import type { DeleteMessageInput, Message, MessageId, UserId } from '@whisper/shared';
import { hideMessage } from '../chats/hide-message.ts';
import { may } from '../chats/policy.ts';
import { settleThese } from '../files/settle-files.ts';
import { AppError } from '../platform/errors.ts';
import type { MessagesDeps } from './deps.ts';
import { erased } from './log/changes.ts';
import { changeOpened, inItsWords, openForChange, openMessage } from './open-message.ts';

/**
 * Erases a message for everyone, and its place stays: one's own, or in a group anybody's when one's role allows it. Or takes
 * it out of one's own sight. Idempotent.
 */
export async function deleteMessage(
  deps: MessagesDeps,
  viewerId: UserId,
  input: DeleteMessageInput,
): Promise<Message> {
  return input.for === 'me'
    ? deleteForMe(deps, viewerId, input.messageId)
    : deleteForEveryone(deps, viewerId, input.messageId);
}

async function deleteForMe(deps: MessagesDeps, viewerId: UserId, messageId: MessageId): Promise<Message> {
  const { message, membership } = await openMessage(deps, messageId, viewerId);
  await inItsWords(hideMessage(deps, { membership, userId: viewerId, seq: message.seq }));
  return message;
}

async function deleteForEveryone(
  deps: MessagesDeps,
  viewerId: UserId,
  messageId: MessageId,
): Promise<Message> {
  const opened = await openForChange(deps, messageId, viewerId);
  const { message, membership } = opened;
  const isOthers = membership.kind === 'group' && may(membership.role, 'deleteMessage');
  if (message.sender.id !== viewerId && !isOthers) {
    throw new AppError('FORBIDDEN', 'Only its sender deletes a message');
  }
  const fileIds = message.attachments.map(({ fileId }) => fileId);
  const deleted = await changeOpened(deps, opened, { by: viewerId, change: erased() });
  // Whatever keeps it from being done now, it is done by whoever collects files.
  await settleThese(deps, fileIds).catch(() => undefined);
  return deleted;
}
