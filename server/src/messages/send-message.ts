import type { Message, SendMessageInput } from '@whisper/shared';
import { requireParticipant } from '../chats/require-participant.ts';
import type { Viewer } from '../identity/viewer.ts';
import type { MessagesDeps } from './deps.ts';

/**
 * Stores a message and tells everyone in the chat. The answer means: durable, numbered and announced. The same
 * `clientId` again is the same message, for ever; with another text or chat it is CONFLICT.
 */
export async function sendMessage(
  deps: MessagesDeps,
  viewer: Viewer,
  { chatId, text, clientId }: SendMessageInput,
): Promise<Message> {
  const membership = await requireParticipant(deps, chatId, viewer.id);
  const stopTimer = deps.metrics.sendSeconds.startTimer();
  const message = await deps.messageLog.append({ membership, sender: viewer.user, text, clientId });
  stopTimer();
  deps.endTyping(membership.chatId, viewer.id);
  return message;
}
