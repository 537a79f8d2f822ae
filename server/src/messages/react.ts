import type { Message, ReactInput, UserId } from '@whisper/shared';
import type { MessagesDeps } from './deps.ts';
import { reacted } from './log/changes.ts';
import { openMessage } from './open-message.ts';

/** Says whether I react to a message with an emoji; CONFLICT once it was deleted. Idempotent. */
export async function react(
  deps: MessagesDeps,
  viewerId: UserId,
  { messageId, emoji, on }: ReactInput,
): Promise<Message> {
  const { membership } = await openMessage(deps, messageId, viewerId);
  return deps.messageLog.change(membership, messageId, reacted({ userId: viewerId, emoji, on }));
}
