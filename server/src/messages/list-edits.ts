import type { MessageEdits, MessageId, UserId } from '@whisper/shared';
import { readAs } from '../chats/require-participant.ts';
import type { MessagesDeps } from './deps.ts';
import { readEdits } from './log/read-log.ts';
import { openMessage } from './open-message.ts';

/** The earlier texts of a message, oldest first, for everyone in its chat. */
export async function listEdits(
  deps: Pick<MessagesDeps, 'db' | 'memberships'>,
  viewerId: UserId,
  messageId: MessageId,
): Promise<MessageEdits> {
  const { message } = await openMessage(deps, messageId, viewerId);
  const reader = { chatId: message.chatId, userId: viewerId };
  return readAs(deps, reader, async ({ sight }) => ({
    edits: await readEdits(deps.db, messageId, sight.viewerId),
  }));
}
