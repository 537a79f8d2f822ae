import type { Message, SendMessageInput } from '@whisper/shared';
import type { AppContext } from '../app-context.ts';
import { requireParticipant } from '../chats/require-participant.ts';
import type { Viewer } from '../trpc/request-context.ts';

/**
 * Stores a message and tells everyone in the chat. The answer means: durable, numbered and announced. The same
 * `clientId` again is the same message, for ever; with another text or chat it is CONFLICT.
 */
export async function sendMessage(
  app: AppContext,
  viewer: Viewer,
  { chatId, text, clientId }: SendMessageInput,
): Promise<Message> {
  await app.rateLimits.spend('message.send', viewer.id);
  const membership = await requireParticipant(app, chatId, viewer.id);
  const stopTimer = app.metrics.sendSeconds.startTimer();
  const message = await app.messageLog.append(app, { membership, sender: viewer.user, text, clientId });
  stopTimer();
  app.typing.clear(chatId, viewer.id);
  return message;
}
