import type { Message, PinInput, UserId } from '@whisper/shared';
import type { MessagesDeps } from './deps.ts';
import { pinned } from './log/changes.ts';
import { changeOpened, openForChange } from './open-message.ts';

/** Pins a message for everyone in the chat, or lets it go; CONFLICT once it was deleted. Idempotent. */
export async function pinMessage(
  deps: MessagesDeps,
  viewerId: UserId,
  { messageId, on }: PinInput,
): Promise<Message> {
  const opened = await openForChange(deps, messageId, viewerId);
  return changeOpened(deps, opened, { by: viewerId, change: pinned(on) });
}
