import type { Message, ReactInput, UserId } from '@whisper/shared';
import type { MessagesDeps } from './deps.ts';
import { reacted } from './log/changes.ts';
import { changeOpened, openForChange } from './open-message.ts';

/** Says whether I react to a message with an emoji; CONFLICT once it was deleted. Idempotent. */
export async function react(
  deps: MessagesDeps,
  viewerId: UserId,
  { messageId, emoji, on }: ReactInput,
): Promise<Message> {
  const opened = await openForChange(deps, messageId, viewerId);
  const change = reacted({ userId: viewerId, emoji, on });
  return changeOpened(deps, opened, { by: viewerId, change });
}
