import type { ChatId, Message, MessageId, Reply, SendMessageInput, UserId } from '@whisper/shared';
import { toReply } from '@whisper/shared';
import { requireParticipant } from '../chats/require-participant.ts';
import type { Membership } from '../chats/chat.view.ts';
import type { Viewer } from '../identity/viewer.ts';
import { AppError } from '../platform/errors.ts';
import type { MessagesDeps } from './deps.ts';
import { findMessages } from './log/read-log.ts';

/**
 * Stores a message and tells everyone in the chat. The answer means: durable, numbered and announced. The same
 * `clientId` again is the same message, for ever; with another text or chat it is CONFLICT.
 */
export async function sendMessage(
  deps: MessagesDeps,
  viewer: Viewer,
  { chatId, text, clientId, replyTo, mentions = [] }: SendMessageInput,
): Promise<Message> {
  const membership = await requireParticipant(deps, chatId, viewer.id);
  const stopTimer = deps.metrics.sendSeconds.startTimer();
  const message = await deps.messageLog.append({
    membership,
    sender: viewer.user,
    text,
    clientId,
    replyTo: replyTo ? await readReply(deps, membership.chatId, replyTo) : null,
    forwardedFrom: null,
    mentions: requireMentions(membership, mentions),
  });
  stopTimer();
  deps.endTyping(membership.chatId, viewer.id);
  return message;
}

async function readReply({ db }: MessagesDeps, chatId: ChatId, messageId: MessageId): Promise<Reply> {
  const original = (await findMessages(db, [messageId])).get(messageId);
  if (original?.chatId !== chatId)
    throw new AppError('BAD_REQUEST', 'A reply answers a message of the same chat');
  return toReply(original);
}

/** Each person once; BAD_REQUEST for somebody who is not in the chat. */
export function requireMentions({ participants }: Membership, mentions: readonly UserId[]): UserId[] {
  if (!mentions.every((userId) => participants.includes(userId))) {
    throw new AppError('BAD_REQUEST', 'Only people of the chat can be mentioned');
  }
  return [...new Set(mentions)];
}
