import type { EditMessageInput, Message, UserId } from '@whisper/shared';
import { AppError } from '../platform/errors.ts';
import type { MessagesDeps } from './deps.ts';
import { edited } from './log/changes.ts';
import { changeOpened, openForChange } from './open-message.ts';
import { requireMentions } from './send-message.ts';

/** Changes the text of one's own message; FORBIDDEN for another's, CONFLICT once it was deleted. Idempotent. */
export async function editMessage(
  deps: MessagesDeps,
  viewerId: UserId,
  { messageId, text, mentions = [] }: EditMessageInput,
): Promise<Message> {
  const opened = await openForChange(deps, messageId, viewerId);
  const { message, membership } = opened;
  if (message.sender.id !== viewerId) throw new AppError('FORBIDDEN', 'Only its sender edits a message');
  if (message.forwardedFrom) throw new AppError('FORBIDDEN', 'A forwarded message cannot be edited');
  const content = { text, mentions: await requireMentions(deps, membership, mentions) };
  return changeOpened(deps, opened, { by: viewerId, change: edited(content) });
}
