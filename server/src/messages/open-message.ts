import type { Message, MessageId, UserId } from '@whisper/shared';
import type { Membership } from '../chats/chat.view.ts';
import { requireParticipant } from '../chats/require-participant.ts';
import { AppError } from '../platform/errors.ts';
import type { MessagesDeps } from './deps.ts';
import { findMessages } from './log/read-log.ts';

type Opened = { readonly membership: Membership; readonly message: Message };

/** A message and its chat's people; NOT_FOUND, in the same words, when it is not there and when the chat is not one's own. */
export async function openMessage(
  deps: Pick<MessagesDeps, 'db' | 'memberships'>,
  messageId: MessageId,
  viewerId: UserId,
): Promise<Opened> {
  const message = (await findMessages(deps.db, [messageId])).get(messageId);
  if (!message) throw messageNotFound();
  try {
    return { message, membership: await requireParticipant(deps, message.chatId, viewerId) };
  } catch (error) {
    throw error instanceof AppError && error.code === 'NOT_FOUND' ? messageNotFound() : error;
  }
}

function messageNotFound(): AppError {
  return new AppError('NOT_FOUND', 'Message not found');
}
